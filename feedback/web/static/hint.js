// While somebody writes: asks the server what it looks like, and shows the answer. Without it the form works as well.
const place = document.getElementById("hint");
const body = document.getElementById("f-body");
let timer, running, last = "";

const ask = async () => {
  const text = body.value.trim();
  if (text === last) return;
  last = text;
  running?.abort();
  if ([...text].length < 10) return place.replaceChildren();
  running = new AbortController();
  try {
    const answer = await fetch("/hint", { method: "POST", body: new URLSearchParams({ text }), signal: running.signal });
    if (answer.ok) place.innerHTML = await answer.text();
  } catch {
    // No network or a newer question: what is shown stays.
  }
};

if (place && body) {
  body.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 700);
  });
  ask();
}
