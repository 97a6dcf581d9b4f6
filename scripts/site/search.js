// Finds sections that have all words, those that have them in their heading first.
const field = document.querySelector("#search");
const list = document.querySelector("#found");

function score({ page, heading, text }, words) {
  const [head, all] = [`${page} ${heading}`.toLowerCase(), text.toLowerCase()];
  let sum = 0;
  for (const word of words) {
    if (!head.includes(word) && !all.includes(word)) return 0;
    sum += head.includes(word) ? 10 : 1;
  }
  return sum;
}

function entry({ url, page, heading, text }, words) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: url, textContent: heading });
  const where = text.toLowerCase().indexOf(words[0]);
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
