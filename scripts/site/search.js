// Finds sections that have all words: first what is called so, then what has them in its heading; what was changed comes last.
const field = document.querySelector("#search");
const list = document.querySelector("#found");

function score({ url, page, heading, text }, words) {
  const [title, head, all] = [heading, `${page} ${heading}`, text].map((part) => part.toLowerCase());
  // A heading above settings is what their names begin with, and a dot.
  let sum = title.replace(/\.$/, "") === words.join(" ") ? 100 : 0;
  for (const word of words) {
    if (!head.includes(word) && !all.includes(word)) return 0;
    sum += head.includes(word) ? 10 : 1;
    // A setting's name stands by itself in the text.
    if (word.includes(".") && all.split(" ").includes(word)) sum += 5;
  }
  return url.startsWith("changelog.html") ? sum / 100 : sum;
}

function entry({ url, page, heading, text }, words) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: url, textContent: heading });
  // What the heading says needs no excerpt.
  const unsaid = words.find((word) => !heading.toLowerCase().includes(word)) ?? words[0];
  const where = text.toLowerCase().indexOf(unsaid);
  const around = text.slice(Math.max(0, where - 40), where + 100);
  item.append(link, ` ${page === heading ? "" : page}`, document.createElement("br"), around);
  return item;
}

field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = words.length === 0 ? [] : globalThis.sections
    .map((section) => ({ section, points: score(section, words) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, 20);
  list.replaceChildren(...found.map(({ section }) => entry(section, words)));
  list.hidden = words.length === 0;
  if (words.length > 0 && found.length === 0) list.textContent = "Nothing found";
});
