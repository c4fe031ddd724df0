// The desk without page loads: links of queues and lists change the panes in place, cases are picked without one. Keys: keys.js.
// Without this module every link and form works as a page of its own.

const main = document.querySelector("main.desk");
let dirty = Boolean(main.querySelector("[data-focus]")); // a page that came back with what was typed

const leave = () => !dirty || confirm("刚写的内容还没有送出，要离开吗？");

function show(page, address, push) {
  const came = page.querySelector("main.desk");
  if (!came) return location.assign(address);
  const list = main.querySelector(".items");
  const top = list.scrollTop;
  const kept = new Set(boxes().filter((one) => one.checked).map((one) => one.value));
  const same = list.querySelector("#list-name").textContent === came.querySelector("#list-name").textContent;
  main.className = came.className;
  main.replaceChildren(...came.childNodes);
  document.title = page.title;
  if (same) main.querySelector(".items").scrollTop = top;
  main.querySelector(".work").scrollTop = 0;
  if (push) history.pushState(null, "", address);
  dirty = false;
  boxes().forEach((one) => (one.checked ||= kept.has(one.value)));
  fresh();
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

const boxes = () => [...main.querySelectorAll("[data-several] input[name=case]")];

// How many are picked, in words; the link ticks all or none without a page load.
function picked() {
  const several = main.querySelector("[data-several]");
  if (!several) return;
  const count = boxes().filter((one) => one.checked).length;
  const words = several.querySelector("[data-count]");
  words.hidden = !count;
  words.textContent = `已选 ${count} 件`;
  several.querySelector("[data-all]").textContent = count && count === boxes().length ? "都不选" : "全选这一页";
}

function fresh() {
  main.dispatchEvent(new Event("panes")); // keys.js has a box in them
  picked();
  main.querySelector(".queues [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

main.addEventListener("click", (event) => {
  if (event.target.closest("[data-all]")) {
    event.preventDefault();
    const all = boxes().every((one) => one.checked);
    boxes().forEach((one) => (one.checked = !all));
    return picked();
  }
  const link = event.target.closest("a[href^='/desk']");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

main.addEventListener("change", picked);
main.addEventListener("input", (event) => (dirty ||= !event.target.closest(".items") && Boolean(event.target.closest("form[method=post]"))));
main.addEventListener("submit", () => (dirty = false));
addEventListener("beforeunload", (event) => dirty && event.preventDefault());
addEventListener("popstate", () => go(location.pathname + location.search, false));

fresh();
main.querySelector("[data-focus]")?.focus();
main.querySelector(".items [aria-current]")?.scrollIntoView({ block: "nearest" });
