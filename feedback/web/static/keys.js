// Keys of the desk, outside fields: j k move, o opens, x picks, a signs for, r answers, Control Enter sends it, / searches, ? shows them all.
// They can be turned off. Everything they do has a link, a box or a button.

const main = document.querySelector("main.desk");
const OFF = "minsheng-keys-off";
const off = () => localStorage.getItem(OFF) === "1";
const items = () => [...main.querySelectorAll("a.item")];
const focused = () => document.activeElement?.closest?.("li")?.querySelector("a.item") ?? null;
const box = (item) => item?.closest("li").querySelector("input[name=case]");

function hint() {
  const help = main.querySelector("[data-keys]");
  const button = help.querySelector("[data-keys-off]");
  help.hidden = !matchMedia("(min-width: 76rem) and (hover: hover)").matches;
  button.textContent = off() ? "打开快捷键" : "关掉快捷键";
  button.setAttribute("aria-pressed", String(off()));
}

function move(by) {
  const all = items();
  if (!all.length) return;
  const here = all.indexOf(focused());
  const open = all.findIndex((one) => one.hasAttribute("aria-current"));
  const at = here >= 0 ? here + by : open >= 0 ? open + by : by > 0 ? 0 : all.length - 1;
  all[Math.max(0, Math.min(all.length - 1, at))].focus();
}

// The row one has moved to, when it is not the case that lies open: keys are for that one then.
const elsewhere = () => {
  const row = focused();
  return row && !row.hasAttribute("aria-current") ? row : null;
};

function sign() {
  const form = main.querySelector("form.step-accept");
  if (form && !elsewhere()) return form.requestSubmit();
  const several = main.querySelector("[data-several]");
  const one = box(focused());
  const ticked = several?.querySelector("input[name=case]:checked");
  if (!one && (!ticked || main.querySelector("#reply-answer"))) return;
  if (!ticked) one.checked = true;
  several.requestSubmit(several.querySelector("[data-accept]"));
}

let answering = false; // the case that is being opened is to be answered

function answer() {
  const field = main.querySelector("#reply-answer, #at-once-answer");
  if (elsewhere() || !field) {
    answering = Boolean(focused());
    return focused()?.click();
  }
  field.closest("details")?.setAttribute("open", "");
  field.focus();
}

function opened() {
  hint();
  if (!answering) return;
  answering = false;
  setTimeout(() => elsewhere() || answer());
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => (focused() ?? main.querySelector("a.item[aria-current]") ?? items()[0])?.click(),
  x: () => box(focused())?.click(),
  a: sign,
  r: answer,
  "/": () => main.querySelector("#desk-q")?.focus(),
  "?": () => main.querySelector("[data-keys-all]").toggleAttribute("hidden"),
};

// Control and Enter send the answer that is being written.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || event.isComposing || off()) return;
  if (event.target.matches("textarea[name=answer]")) event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  if (off() || !ACTS[event.key]) return;
  event.preventDefault();
  ACTS[event.key]();
});

main.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-off]")) return;
  localStorage.setItem(OFF, off() ? "0" : "1");
  hint();
});

main.addEventListener("panes", opened);
hint();
