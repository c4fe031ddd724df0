// Buttons that need a script are made by it: copying and printing.
const tools = document.querySelector("[data-tools]");
const button = (words, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button quiet slim";
  made.textContent = words;
  made.addEventListener("click", () => act(made));
  tools.append(made);
};
const text = () => tools.dataset.tools.split(" ").map((place) => document.querySelector(place).textContent.trim());

if (tools) {
  if (navigator.clipboard) {
    button("复制编号和查询码", async (made) => {
      const [number, code] = text();
      try {
        await navigator.clipboard.writeText(`编号 ${number}，查询码 ${code}`);
        made.textContent = "已复制";
      } catch {
        made.textContent = "复制不了，请手动抄下";
      }
      setTimeout(() => { made.textContent = "复制编号和查询码"; }, 2500);
    });
  }
  button("打印", () => print());
}
