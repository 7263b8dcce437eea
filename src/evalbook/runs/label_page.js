"use strict";
// Everything that models or people wrote is put in as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const answers = data.file.answers;
let place = Math.max(0, data.items.findIndex((it) => !(it.id in answers)));
let saved = true;

function show() {
  const item = data.items[place], said = answers[item.id];
  for (const name of ["prompt", "first", "second"]) at(name).textContent = item[name];
  at("reference-part").hidden = item.reference === null;
  at("reference").textContent = item.reference || "";
  at("where").textContent = "Record " + (place + 1) + " of " + data.items.length + "; " +
    Object.keys(answers).length + " judged" + (saved ? "" : ", not saved yet");
  for (const button of document.querySelectorAll("[data-said]")) {
    button.setAttribute("aria-pressed", String(said === button.dataset.said));
  }
  ["score1", "score2"].forEach((id, side) => { at(id).value = Array.isArray(said) ? said[side] : ""; });
}

function move(step) { place = Math.min(data.items.length - 1, Math.max(0, place + step)); show(); }

function take(said) {
  answers[data.items[place].id] = said;
  saved = false;
  move(1);
}

for (const button of document.querySelectorAll("[data-said]")) {
  button.addEventListener("click", () => take(button.dataset.said));
}
at("take").addEventListener("click", () => {
  const scores = ["score1", "score2"].map((id) => at(id).valueAsNumber);
  if (scores.every(Number.isFinite)) take(scores);
});
at("skip").addEventListener("click", () => move(1));
at("back").addEventListener("click", () => move(-1));
at("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(data.file)], { type: "application/json" }));
  link.download = "labels.json";
  link.click();
  URL.revokeObjectURL(link.href);
  saved = true;
  show();
});
addEventListener("beforeunload", (event) => { if (!saved) event.preventDefault(); });
at("choices").hidden = data.file.metric !== null;
at("scores").hidden = data.file.metric === null;
show();
