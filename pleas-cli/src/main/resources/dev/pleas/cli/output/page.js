'use strict';
// Draws every element with data-chart by the function of that name in `charts`: (data, look) => {height, option}. Draws it
// again when the width or the colour scheme changes, and for printing. Once a chart is there, its table is folded.
(() => {
  const PRINTED_WIDTH = 660; // A4 and letter without margins, in CSS pixels
  const all = JSON.parse(document.getElementById('data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let printing = false;

  const look = element => {
    const style = getComputedStyle(document.documentElement);
    const color = name => style.getPropertyValue('--' + name).trim();
    const width = printing ? PRINTED_WIDTH : element.clientWidth;
    return {
      color,
      width,
      narrow: width < 520,
      series: [1, 2, 3, 4, 5].map(i => color('series-' + i)),
      symbols: ['circle', 'rect', 'triangle', 'diamond', 'pin'],
    };
  };

  const draw = element => {
    const at = look(element);
    const {height, option} = charts[element.dataset.chart](all[element.id], at);
    echarts.getInstanceByDom(element)?.dispose();
    element.style.height = height + 'px';
    element.dataset.width = at.width;
    const text = {color: at.color('text'), fontFamily: getComputedStyle(document.body).fontFamily};
    echarts.init(element, null, {renderer: 'svg', width: at.width, height}).setOption({
      animation: false,
      textStyle: text,
      color: at.series,
      ...option,
      tooltip: {
        confine: true,
        backgroundColor: at.color('card'),
        borderColor: at.color('line'),
        textStyle: {...text, fontSize: 12},
        ...option.tooltip,
      },
      legend: option.legend && {type: 'scroll', top: 0, left: 0, itemGap: 18, textStyle: {color: at.color('text')},
        pageIconColor: at.color('soft'), pageIconInactiveColor: at.color('line'), pageTextStyle: {color: at.color('soft')},
        ...option.legend},
    });
  };

  const elements = [...document.querySelectorAll('[data-chart]')];
  const drawAll = () => elements.forEach(element => {
    try {
      draw(element);
    } catch (failure) {
      console.error('chart ' + element.id, failure); // The others are still worth drawing.
    }
  });
  drawAll();
  elements.forEach(element => {
    const table = element.closest('figure')?.querySelector('details');
    if (table && element.querySelector('svg')) {
      table.open = false;
    }
  });

  let waiting;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (!printing && elements.some(element => Number(element.dataset.width) !== element.clientWidth)) {
        drawAll();
      }
    }, 150);
  });
  dark.addEventListener('change', drawAll);
  const print = now => {
    if (printing !== now) {
      printing = now;
      document.documentElement.classList.toggle('printing', now);
      drawAll();
    }
  };
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));

  document.querySelectorAll('[data-copy]').forEach(button => {
    const text = document.getElementById(button.dataset.copy);
    button.addEventListener('click', async () => {
      getSelection().selectAllChildren(text);
      await navigator.clipboard?.writeText(text.textContent);
      button.textContent = 'Copied';
    });
  });
})();
