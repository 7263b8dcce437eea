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

function current() { return data[Number(at("which").value) || 0]; }

function gainOf(record) {
  const metric = at("metric").value;
  return metric === "" ? record.gain : record.gains[Number(metric)];
}

function look(gain) { return "gain" + (gain > 0 ? " better" : gain < 0 ? " worse" : ""); }

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
  const weight = (record) => { const gain = gainOf(record); return gain === null ? Infinity : sign * gain; };
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
  const sides = make("div", "sides");
  about.names.forEach((name, side) => sides.append(block("Response, " + name, record.responses[side])));
  inside.append(sides, make("h3", "", "Scores, and why"));
  about.metrics.forEach((metric, place) => {
    const scores = record.scores[place];
    if (scores.every((score) => score === null)) return;
    const part = make("div", "why");
    const head = make("div");
    head.append(make("strong", "", metric + "  "), make("span", look(record.gains[place]), signed(record.gains[place])));
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
    const head = make("summary");
    const gain = gainOf(record);
    const start = make("span", "start", record.prompt.slice(0, 300));
    start.dir = "auto";
    head.append(make("span", look(gain), signed(gain)), start);
    if (record.category) head.append(make("span", "tag", record.category));
    card.append(head);
    card.addEventListener("toggle", () => {
      if (card.open && card.children.length === 1) {
        const inside = make("div", "inside");
        fill(inside, record);
        card.append(inside);
      }
    });
    list.append(card);
  }
  const all = current();
  at("count").textContent = found.length + " of " + all.records.length + " records" +
    (all.left ? " (of " + (all.records.length + all.left) + "; those where the models differ most)" : "");
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
  restart();
}

data.forEach((it, place) => option(at("which"), String(place), it.title));
at("which").parentElement.hidden = data.length < 2;
at("which").addEventListener("change", setUp);
for (const id of ["search", "category", "outcome", "order", "metric"]) at(id).addEventListener("input", restart);
at("more").addEventListener("click", () => { shown += PAGE; draw(); });
at("records").hidden = false;
setUp();
