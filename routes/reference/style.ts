/** The style of the reference; within the page, so that it is one request. */
export const style = `
:root {
  color-scheme: light dark;
  --text: light-dark(#151922, #e9edf4);
  --quiet: light-dark(#55607a, #9aa5b8);
  --ground: light-dark(#ffffff, #0f1319);
  --raised: light-dark(#f4f5f8, #181e27);
  --line: light-dark(#dfe3ea, #2a3342);
  --edge: light-dark(#858fa3, #6b768a);
  --link: light-dark(#3046c0, #a3b4ff);
  --get: light-dark(#1759b8, #7fb8ff);
  --change: light-dark(#14703f, #62d399);
  --delete: light-dark(#ac2b22, #ff958b);
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; text-size-adjust: 100%; }
[hidden] { display: none !important; }
body {
  display: grid;
  grid-template-columns: 17rem minmax(0, 1fr);
  max-width: 84rem;
  margin: 0 auto;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: fixed; z-index: 2; top: 8px; left: 8px; padding: 0.5rem 1rem; border-radius: 8px; background: var(--text);
  color: var(--ground); transform: translateY(-5rem); }
.skip:focus { transform: none; }
header { display: none; }
nav {
  position: sticky;
  inset: 0 auto auto 0;
  display: block;
  width: auto;
  height: 100vh;
  margin: 0;
  padding: 1.5rem 1rem 2rem 1.5rem;
  overflow-y: auto;
  border: 0;
  border-right: 1px solid var(--line);
  background: var(--ground);
  color: var(--text);
  font-size: 0.875rem;
}
nav ul { margin: 0 0 0.5rem; padding: 0; list-style: none; }
nav li { margin: 0.1rem 0; padding: 0.1rem 0; overflow-wrap: anywhere; }
nav strong { display: block; margin-top: 0.9rem; }
.pages { display: flex; gap: 1rem; margin-bottom: 1rem; }
.pages a { text-decoration: underline; }
nav a { color: var(--text); text-decoration: none; }
nav a:hover { text-decoration: underline; }
label { display: block; margin: 0.6rem 0 0; color: var(--quiet); font-size: 0.8125rem; }
input:not([type="radio"]), textarea {
  display: block;
  width: 100%;
  margin-top: 0.2rem;
  padding: 0.4rem 0.6rem;
  border: 1px solid var(--edge);
  border-radius: 8px;
  background: var(--ground);
  color: var(--text);
  font: inherit;
}
textarea { font: 0.8125rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
#found { margin: 0.5rem 0 0; color: var(--quiet); }
main { min-width: 0; padding: 2rem 2.5rem 6rem; }
a { color: var(--link); text-decoration: underline; text-underline-offset: 0.15em; }
h1 { margin: 0 0 0.25rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 2.75rem 0 0.25rem; font-size: 1.4rem; line-height: 1.3; overflow-wrap: anywhere; }
h3 { display: inline; margin: 0; font-size: 0.95rem; overflow-wrap: anywhere; }
h4 { margin: 1rem 0 0.25rem; font-size: 0.875rem; }
p { margin: 0.35rem 0 0.75rem; max-width: 46rem; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.entry { border-bottom: 1px solid var(--line); }
.entry > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 0.6rem; padding: 0.45rem 0.25rem; cursor: pointer; }
.entry > summary:hover { background: var(--raised); }
.entry > summary::before { content: "+"; width: 0.8rem; color: var(--quiet); font: 600 1rem/1 ui-monospace, monospace; }
.entry[open] > summary::before { content: "−"; }
.gist { color: var(--quiet); font-size: 0.875rem; }
.inside { padding: 0 0 1rem 1.4rem; }
.inside p:first-child { margin-top: 0; }
.method { min-width: 3.8rem; font: 600 0.8rem/1 ui-monospace, monospace; }
.get, .gateway { color: var(--get); }
.post, .put, .client { color: var(--change); }
.delete { color: var(--delete); }
.badge { padding: 0.05rem 0.45rem; border: 1px solid var(--edge); border-radius: 1rem; color: var(--quiet); font-size: 0.75rem;
  font-weight: 400; white-space: nowrap; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.85em; }
code { padding: 0.1em 0.3em; border-radius: 4px; background: var(--raised); overflow-wrap: anywhere; }
pre {
  margin: 0.25rem 0 0.75rem;
  padding: 0.75rem 1rem;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
  line-height: 1.45;
  white-space: pre-wrap;
}
pre code, h3 code { padding: 0; background: none; font-size: inherit; }
pre code { font-size: 0.9em; }
.code { position: relative; }
.code pre { padding-right: 5.5rem; }
.copy { position: absolute; top: 0.4rem; right: 0.4rem; }
button {
  min-height: 2rem;
  padding: 0.15rem 0.75rem;
  border: 1px solid var(--edge);
  border-radius: 8px;
  background: var(--ground);
  color: var(--text);
  font: inherit;
  font-size: 0.8125rem;
  cursor: pointer;
}
button:hover { background: var(--raised); }
fieldset { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 1rem 0 0; padding: 0; border: 0; }
legend { float: left; margin: 0; padding: 0 1rem 0 0; font-size: 0.875rem; font-weight: 600; }
fieldset label { margin: 0; color: var(--text); font-size: 0.875rem; }
.samples:has([value="curl"]:checked) > [data-language]:not([data-language="curl"]),
.samples:has([value="typescript"]:checked) > [data-language]:not([data-language="typescript"]),
.samples:has([value="python"]:checked) > [data-language]:not([data-language="python"]) { display: none; }
.try { max-width: 46rem; padding: 0.25rem 1rem 1rem; border: 1px solid var(--line); border-radius: 8px; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.75rem; }
.buttons [type="submit"] { border-color: var(--link); background: var(--link); color: var(--ground); font-weight: 600; }
.outcome { min-height: 1.5em; margin: 0.5rem 0; font-size: 0.875rem; }
.try pre { max-height: 24rem; overflow-y: auto; }
.frames { margin: 0; padding: 0; list-style: none; font-size: 0.875rem; }
.frames li { margin: 0.2rem 0; }
.example > summary { color: var(--quiet); font-size: 0.875rem; cursor: pointer; }
table { width: 100%; margin: 0.25rem 0 0.75rem; border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; text-align: left;
  vertical-align: top; }
th { color: var(--quiet); font-weight: 600; overflow-wrap: normal; }
tr:target { background: var(--raised); }
.schemas { columns: 18rem; column-gap: 2rem; }
.schemas .entry { break-inside: avoid; }
.schemas .entry[open] { column-span: all; }
@media (max-width: 60rem) {
  html { scroll-padding-top: 8.5rem; }
  body { display: block; }
  header { position: sticky; z-index: 1; top: 0; display: flex; align-items: center; justify-content: space-between; padding: 0.5rem 1rem;
    border-bottom: 1px solid var(--line); background: var(--ground); }
  nav { position: fixed; inset: 3.1rem 0 0; display: none; height: auto; padding: 1rem; border: 0; }
  nav:popover-open { display: block; }
  nav li { padding: 0.3rem 0; }
  main { padding: 1rem 1rem 4rem; }
  .inside { padding-left: 0; }
}
@media (forced-colors: active) { .buttons [type="submit"] { border-width: 2px; } }
@media print { nav, header, .skip { display: none; } body { display: block; } details::details-content { content-visibility: visible; block-size: auto; } }
`;
