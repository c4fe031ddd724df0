// Keeps an unfinished letter in this browser for a day; never name or phone. Sent letters are forgotten on the receipt.
const DAY = 24 * 60 * 60 * 1000;
const KEPT = ["title", "body", "address", "district"];

const stored = (key) => {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    return found && Date.now() - found.at < DAY ? found.fields : null;
  } catch {
    return null;
  }
};
const forget = (key) => {
  try { localStorage.removeItem(key); } catch { /* storage is switched off: nothing was kept */ }
};

const done = document.querySelector("[data-clear-draft]");
if (done) forget(`minsheng.${done.dataset.clearDraft}`);

const form = document.querySelector("form[data-draft]");
if (form) {
  const key = `minsheng.${form.dataset.draft}`;
  const note = form.querySelector("[data-draft-note]");
  const fields = KEPT.map((name) => form.elements.namedItem(name)).filter(Boolean);
  const tell = (words) => {
    note.textContent = words;
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "linklike";
    clear.textContent = "清除";
    clear.addEventListener("click", () => {
      clearTimeout(timer);
      forget(key);
      for (const field of fields) {
        field.value = "";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      clearTimeout(timer);
      note.textContent = "草稿已清除";
      fields[0]?.form.elements.namedItem("body").focus();
    });
    note.append(" ", clear);
  };
  let timer;
  const keep = () => {
    try {
      const now = Object.fromEntries(fields.map((field) => [field.name, field.value]));
      if (!Object.values(now).some(Boolean)) return forget(key);
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: now }));
      tell("草稿已存在本机");
    } catch {
      note.textContent = "";
    }
  };
  const before = stored(key);
  if (before && fields.every((field) => !field.value)) {
    for (const field of fields) {
      field.value = before[field.name] ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    tell("已恢复上次没写完的草稿");
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 800);
  });
}
