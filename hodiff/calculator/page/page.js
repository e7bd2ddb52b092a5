// Moves the point and the order through numbers that were computed ahead.
"use strict";
const held = document.getElementById("numbers");
if (held) {
  const { sliders, orders, marks } = JSON.parse(held.textContent);
  const order = document.getElementById("order");
  const svg = document.querySelector("#plot svg");
  const dots = [];
  if (marks && svg) {
    for (let k = 0; k < marks[0].length; k++) {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("r", 5);
      dot.setAttribute("class", "here");
      dot.setAttribute("fill", "#000000");
      dot.setAttribute("stroke", "#ffffff");
      dot.setAttribute("stroke-width", 1.5);
      svg.append(dot);
      dots.push(dot);
    }
  }

  function show(n, position) {
    const slider = sliders[n];
    const at = slider.at[position];
    document.getElementById(`slider-${n}-at`).textContent = at;
    document.getElementById(`slider-${n}`).setAttribute("aria-valuetext", `${slider.name} = ${at}`);
    slider.values[position].forEach((value, k) => {
      document.getElementById(`now-${k}`).textContent = value;
    });
    dots.forEach((dot, k) => {
      const place = marks[position][k];
      dot.style.display = place ? "" : "none";
      if (place) {
        dot.setAttribute("cx", place[0]);
        dot.setAttribute("cy", place[1]);
      }
    });
  }

  function choose() {
    const chosen = Number(order.value);
    document.getElementById("order-at").textContent = chosen;
    order.setAttribute("aria-valuetext", `order ${chosen}`);
    document.querySelectorAll("[id^=now-]").forEach((cell, k) => {
      cell.parentElement.classList.toggle("now", k === chosen);
    });
    dots.forEach((dot, k) => dot.setAttribute("r", k === chosen ? 7 : 4));
  }

  sliders.forEach((slider, n) => {
    const input = document.getElementById(`slider-${n}`);
    input.addEventListener("input", () => {
      sliders.forEach((other, m) => {  // one variable moves, the others are at the point
        const beside = document.getElementById(`slider-${m}`);
        if (m !== n && beside.value !== beside.defaultValue) {
          beside.value = beside.defaultValue;
          show(m, Number(beside.value));
        }
      });
      show(n, Number(input.value));
    });
  });
  show(0, Number(document.getElementById("slider-0").value));
  if (orders) {
    order.addEventListener("input", choose);
    choose();
  }
}
