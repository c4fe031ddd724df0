// While something is under way the page looks again by itself.
if (document.querySelector("[data-busy='1']")) setTimeout(() => location.reload(), 3000);
