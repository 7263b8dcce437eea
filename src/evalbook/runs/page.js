"use strict";
// Everything that models or people wrote is put in as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const PAGE = 50;
let shown = PAGE;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function option(select, value, text) {
  const element = make("option", "", text);
  element.value = value;
  select.append(element);
}

function signed(number) {
  if (number === null || number === undefined) return "–";
  const text = number.toFixed(3);
  return Number(text) === 0 ? "0.000" : (number > 0 ? "+" : "") + text;
}

function plain(number) {
  return number === null || number === undefined ? "–" : number.toFixed(3).replace(/^-(0\.0+)$/, "$1");
}

function current() { return data[Number(at("which").value) || 0]; }
// One model has scores, two have gains.
function alone() { return current().names.length === 1; }
function shownGain(gain) { return alone() ? plain(gain) : signed(gain); }

function gainOf(record) {
  const metric = at("metric").value;
  return metric === "" ? record.gain : record.gains[Number(metric)];
}

function look(gain) { return "gain" + (alone() ? "" : gain > 0 ? " better" : gain < 0 ? " worse" : ""); }

// What is better is greater, also where a low score is good.
function worth(record) {
  const gain = gainOf(record), metric = at("metric").value;
  return gain !== null && alone() && metric !== "" ? current().signs[Number(metric)] * gain : gain;
}

function matching() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const category = at("category").value;
  const outcome = at("outcome").value;
  const found = current().records.filter((record) => {
    const gain = gainOf(record);
    if (category !== "" && record.category !== category) return false;
    if (outcome === "lost" && !(gain < 0)) return false;
    if (outcome === "won" && !(gain > 0)) return false;
    if (outcome === "unscored" && record.gains.every((it) => it !== null)) return false;
    if (!record.words) {
      record.words = [record.prompt, record.reference || "", record.category || "", ...record.responses,
        ...record.scores.flatMap((it) => it.flatMap((score) => score ? [score[1]] : []))].join("\n").toLowerCase();
    }
    return words.every((word) => record.words.includes(word));
  });
  const order = at("order").value;
  if (order === "place") return found.sort((a, b) => a.place - b.place);
  const sign = order === "best" ? -1 : 1;
  const weight = (record) => { const gain = worth(record); return gain === null ? Infinity : sign * gain; };
  return found.sort((a, b) => {
    const x = weight(a), y = weight(b);
    return x === y ? a.place - b.place : x < y ? -1 : 1;
  });
}

function block(title, text) {
  const part = make("div");
  part.append(make("h3", "", title), make("div", "text", text));
  return part;
}

function fill(inside, record) {
  const about = current();
  inside.append(block("Prompt", record.prompt));
  if (record.reference !== null) inside.append(block("Reference answer", record.reference));
  if (record.category) inside.append(block("Category", record.category));
  const sides = make("div", alone() ? "sides one" : "sides");
  about.names.forEach((name, side) => sides.append(block("Response, " + name, record.responses[side])));
  inside.append(sides, make("h3", "", "Scores, and why"));
  about.metrics.forEach((metric, place) => {
    const scores = record.scores[place];
    if (scores.every((score) => score === null)) return;
    const part = make("div", "why");
    const head = make("div");
    head.append(make("strong", "", metric + "  "));
    if (!alone()) head.append(make("span", look(record.gains[place]), signed(record.gains[place])));
    part.append(head);
    scores.forEach((score, side) => {
      const line = make("p");
      const value = score === null || score[0] === null ? "no score" : String(score[0]);
      line.append(make("span", "who", about.names[side] + ", " + value + ": "), make("span", "", score ? score[1] : ""));
      part.append(line);
    });
    inside.append(part);
  });
}

function draw() {
  const found = matching();
  const list = at("list");
  list.replaceChildren();
  for (const record of found.slice(0, shown)) {
    const card = make("details", "record");
    card.id = "record-" + record.place;
    const head = make("summary");
    const gain = gainOf(record);
    const start = make("span", "start", record.prompt.slice(0, 300));
    start.dir = "auto";
    const number = make("span", look(gain), shownGain(gain));
    number.title = alone() ? "Score" : "Gain";
    head.append(number, start);
    if (record.category) head.append(make("span", "tag", record.category));
    card.append(head);
    card.addEventListener("toggle", () => {
      if (card.open && card.children.length === 1) {
        const inside = make("div", "inside");
        fill(inside, record);
        card.append(inside);
      }
      // So that the address leads to this record.
      if (card.open && location.hash !== "#" + card.id) history.replaceState(null, "", "#" + card.id);
    });
    list.append(card);
  }
  if (found.length === 0) list.append(make("p", "facts", "No record fits. Take a filter back."));
  const all = current(), which = alone() ? "the first ones" : "those where the models differ most";
  at("count").textContent = found.length + " of " + all.records.length + " records" +
    (all.left ? " (of " + (all.records.length + all.left) + "; " + which + ")" : "");
  at("more").hidden = found.length <= shown;
}

function restart() { shown = PAGE; draw(); }

function setUp() {
  const about = current();
  for (const id of ["metric", "category"]) at(id).replaceChildren();
  option(at("metric"), "", "All metrics together");
  about.metrics.forEach((metric, place) => option(at("metric"), String(place), metric));
  option(at("category"), "", "All categories");
  const categories = [...new Set(about.records.map((it) => it.category).filter(Boolean))].sort();
  categories.forEach((category) => option(at("category"), category, category));
  at("category").parentElement.hidden = categories.length === 0;
  for (const value of ["lost", "won"]) at("outcome").querySelector("[value=" + value + "]").hidden = alone();
  if (alone() && at("outcome").value !== "unscored") at("outcome").value = "";
  restart();
}

// --- tables: a click on a column's title sorts by it, another one turns the order round ---

function keyOf(row, column) {
  const text = row.cells[column].textContent.trim();
  const number = parseFloat(text.replace(/,/g, ""));
  return { text, number: /^[-+]?[\d.,]+(%|$|\s|\/)/.test(text) ? number : NaN };
}

function compare(a, b) {
  if (Number.isNaN(a.number) !== Number.isNaN(b.number)) return Number.isNaN(a.number) ? 1 : -1;
  return Number.isNaN(a.number) ? a.text.localeCompare(b.text) : a.number - b.number;
}

function sortBy(table, column) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const down = heads[column].getAttribute("aria-sort") === "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
  rows.sort((a, b) => (down ? -1 : 1) * compare(a.key, b.key));
  body.append(...rows.map((it) => it.row));
}

for (const table of document.querySelectorAll("table")) {
  if (table.tBodies[0].rows.length < 2) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = make("button", "sort", head.textContent);
    button.type = "button";
    button.title = "Sort by this column";
    button.addEventListener("click", () => sortBy(table, column));
    head.replaceChildren(button);
  });
}

// An address that ends in #record-7 opens that record, whatever is filtered.
function follow() {
  const place = Number((location.hash.match(/^#record-(\d+)$/) || [])[1]);
  if (!place || !data.length) return;
  if (!at("record-" + place)) {
    for (const id of ["search", "category", "outcome"]) at(id).value = "";
    shown = Infinity;
    draw();
  }
  const card = at("record-" + place);
  if (card) { card.open = true; card.scrollIntoView(); }
}
addEventListener("hashchange", follow);

data.forEach((it, place) => option(at("which"), String(place), it.title));
at("which").parentElement.hidden = data.length < 2;
at("which").addEventListener("change", setUp);
for (const id of ["search", "category", "outcome", "order", "metric"]) at(id).addEventListener("input", restart);
at("more").addEventListener("click", () => { shown += PAGE; draw(); });
if (data.length) {
  at("records").hidden = false;
  setUp();
  follow();
}
