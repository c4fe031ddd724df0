// Moves the words marked in the first text to the end of the second. Without it people cut and paste.
const form = document.querySelector("[data-split]");
const own = form.querySelector("[name=own]");
const part = form.querySelector("[name=part]");
const move = form.querySelector("[data-move]");

move.hidden = false;
move.querySelector("button").addEventListener("click", () => {
  const words = own.value.slice(own.selectionStart, own.selectionEnd).trim();
  if (!words) {
    own.focus();
    return;
  }
  own.setRangeText("", own.selectionStart, own.selectionEnd, "start");
  part.value = part.value.trim() ? `${part.value.trimEnd()}\n${words}` : words;
  part.focus();
});
