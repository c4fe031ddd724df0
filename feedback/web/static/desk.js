// The desk without page loads: links of queues and lists change the panes in place, keys move through the list.
// Without this module every link and form works as a page of its own.

const main = document.querySelector("main.desk");
const OFF = "minsheng-keys-off";
let dirty = Boolean(main.querySelector("[data-focus]")); // a page that came back with what was typed

const leave = () => !dirty || confirm("刚写的内容还没有送出，要离开吗？");

function show(page, address, push) {
  const fresh = page.querySelector("main.desk");
  if (!fresh) return location.assign(address);
  const list = main.querySelector(".items");
  const top = list.scrollTop;
  const same = list.querySelector("#list-name").textContent === fresh.querySelector("#list-name").textContent;
  main.className = fresh.className;
  main.replaceChildren(...fresh.childNodes);
  document.title = page.title;
  if (same) main.querySelector(".items").scrollTop = top;
  main.querySelector(".work").scrollTop = 0;
  if (push) history.pushState(null, "", address);
  dirty = false;
  keys();
  (main.querySelector("[data-focus]") ?? main.querySelector("#case-title") ?? main).focus({ preventScroll: true });
}

async function go(address, push = true) {
  if (!leave()) return;
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return location.assign(address);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"), address, push);
  } catch {
    location.assign(address); // offline: let the browser say so
  } finally {
    main.removeAttribute("aria-busy");
  }
}

function keys() {
  const help = main.querySelector("[data-keys]");
  const button = help.querySelector("[data-keys-off]");
  const off = localStorage.getItem(OFF) === "1";
  help.hidden = !matchMedia("(min-width: 76rem) and (hover: hover)").matches;
  button.textContent = off ? "打开快捷键" : "关掉快捷键";
  button.setAttribute("aria-pressed", String(off));
  main.querySelector(".queues [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function move(by) {
  const items = [...main.querySelectorAll("a.item")];
  if (!items.length) return;
  const here = items.findIndex((one) => one === document.activeElement);
  const open = items.findIndex((one) => one.hasAttribute("aria-current"));
  const at = here >= 0 ? here + by : open >= 0 ? open + by : by > 0 ? 0 : items.length - 1;
  items[Math.max(0, Math.min(items.length - 1, at))].focus();
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => {
    const item = document.activeElement?.closest?.("a.item") ?? main.querySelector("a.item[aria-current]") ?? main.querySelector("a.item");
    if (item) go(item.href);
  },
  a: () => main.querySelector("form.step-accept")?.requestSubmit(),
  r: () => main.querySelector("#reply-answer")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (localStorage.getItem(OFF) === "1" || !ACTS[event.key]) return;
  event.preventDefault();
  ACTS[event.key]();
});

main.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-off]")) {
    localStorage.setItem(OFF, localStorage.getItem(OFF) === "1" ? "0" : "1");
    return keys();
  }
  const link = event.target.closest("a[href^='/desk']");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

main.addEventListener("input", (event) => (dirty ||= Boolean(event.target.closest("form[method=post]"))));
main.addEventListener("submit", () => (dirty = false));
addEventListener("beforeunload", (event) => dirty && event.preventDefault());
addEventListener("popstate", () => go(location.pathname + location.search, false));

keys();
main.querySelector("[data-focus]")?.focus();
main.querySelector(".items [aria-current]")?.scrollIntoView({ block: "nearest" });
