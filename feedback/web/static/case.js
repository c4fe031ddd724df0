// The page of a case: what is written is kept on the server every few seconds, and who else is here is shown.
// Without this module the button "先存草稿" keeps, and a reload shows who is here.

const EVERY = 20_000; // how often we say that the page is open
const QUIET = 3_000; // so long after the last key the draft is kept

let timer, last = "";

const place = () => document.querySelector("[data-presence]");
const form = () => document.querySelector("form.step-reply");

function body() {
  const fields = form();
  if (!fields) return new URLSearchParams();
  const given = new URLSearchParams(new FormData(fields));
  for (const name of ["step", "version", "queue", "q", "seen", "press", "files"]) given.delete(name);
  return given;
}

function tell(where, content) {
  const moved = Number(where.dataset.version) !== content.version;
  const people = content.editing.map((one) => `${one.name}${one.writing ? "正在写" : "也打开着这件"}`);
  const words = [...people, ...(moved ? ["这件刚刚有了新进展，送出时会请您对照"] : [])].join("，");
  if (where.textContent !== words) where.textContent = words;
  where.hidden = !words;
  where.classList.toggle("stale", moved);
}

async function visit(write) {
  const where = place();
  if (!where || document.hidden) return;
  const given = body();
  const now = given.toString();
  const fresh = write && form() && now !== last;
  try {
    const answer = await fetch(where.dataset.presence, { method: "POST", body: fresh ? given : new URLSearchParams() });
    const over = { 401: "登录已经过期，草稿没有再存：请在新窗口登录，这一页先不要关。", 404: "这件已经不归您办理，您写的还在这一页上，可以先复制。" }[answer.status];
    if (over) where.textContent = over;
    if (over) where.hidden = false;
    if (!answer.ok || where !== place()) return;
    const content = await answer.json();
    tell(where, content);
    const note = document.querySelector("[data-saved]");
    if (fresh && note) note.textContent = `草稿已存（${content.saved}）`;
    if (fresh) last = now;
  } catch {
    // No network: what is written stays on the page, the next visit tries again.
  }
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("form.step-reply")) return;
  clearTimeout(timer);
  timer = setTimeout(() => visit(true), QUIET);
});
document.addEventListener("visibilitychange", () => document.hidden || visit(false));
setInterval(() => visit(true), EVERY);
last = body().toString();
