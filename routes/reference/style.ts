/** The style of the reference; within the page, so that it is one request. */
export const style = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1c2230, #e4e8f0);
  --quiet: light-dark(#5b6475, #9aa4b6);
  --ground: light-dark(#ffffff, #11151d);
  --raised: light-dark(#f5f6f9, #191f2a);
  --line: light-dark(#dfe3ea, #2a3342);
  --link: light-dark(#8a5a00, #f0b84a);
  --get: light-dark(#1f6feb, #6cb0ff);
  --change: light-dark(#1a7f4b, #5fd39a);
  --delete: light-dark(#b3382c, #ff8f84);
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
}
.page { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 84rem; margin: 0 auto; }
nav {
  position: sticky;
  top: 0;
  height: 100vh;
  overflow-y: auto;
  padding: 2rem 1rem 2rem 1.5rem;
  border-right: 1px solid var(--line);
  font-size: 0.875rem;
}
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
nav li { margin: 0.15rem 0; overflow-wrap: anywhere; }
nav strong { display: block; margin-top: 0.75rem; }
main { padding: 2rem 2.5rem 6rem; min-width: 0; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
nav a { color: var(--quiet); }
nav a:hover { color: var(--text); }
h1 { margin: 0 0 0.25rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 3.5rem 0 0.25rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.45rem; }
h3 { margin: 2.25rem 0 0.25rem; font-size: 1.05rem; }
h3 code { background: none; padding: 0; font-size: 1rem; }
p { margin: 0.35rem 0 0.75rem; max-width: 46rem; }
.quiet { color: var(--quiet); }
.label {
  display: inline-block;
  margin: 0.75rem 0 0.25rem;
  color: var(--quiet);
  font-size: 0.8rem;
  font-weight: 600;
}
.method { display: inline-block; min-width: 3.6rem; font: 600 0.8rem/1 ui-monospace, monospace; }
.get { color: var(--get); }
.post, .put { color: var(--change); }
.delete { color: var(--delete); }
.badge {
  margin-left: 0.5rem;
  padding: 0.1rem 0.45rem;
  border: 1px solid var(--line);
  border-radius: 1rem;
  color: var(--quiet);
  font-size: 0.75rem;
  font-weight: 400;
  white-space: nowrap;
}
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.85em; }
code { padding: 0.1em 0.3em; border-radius: 4px; background: var(--raised); overflow-wrap: anywhere; }
pre {
  margin: 0.25rem 0 0.75rem;
  padding: 0.75rem 1rem;
  overflow-x: auto;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
  line-height: 1.45;
}
pre code { padding: 0; background: none; overflow-wrap: normal; }
details { margin: 0.25rem 0; }
summary { cursor: pointer; color: var(--quiet); font-size: 0.875rem; }
.scroll { overflow-x: auto; }
table { width: 100%; margin: 0.25rem 0 0.75rem; border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td:first-child code { white-space: nowrap; }
th { color: var(--quiet); font-weight: 600; }
@media (max-width: 60rem) {
  .page { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  nav ul { display: none; }
  main { padding: 1.5rem 1rem 4rem; }
  nav { padding: 1rem; }
  nav strong { display: inline-block; margin: 0 1rem 0.25rem 0; }
}
@media print { nav { display: none; } .page { display: block; } details > * { display: block; } }
`;
