'use strict';
// What the charts of a sweep look like. Colours come from the page's style.
const charts = (() => {
  const percent = value => (100 * value).toFixed(1) + ' %';
  const escape = text => echarts.format.encodeHTML(text);

  // Colours that are not the main line's, in an order that keeps lines and references apart.
  const color = (look, i) => look.series[i % look.series.length];

  return {
    curve: (data, look) => {
      const others = data.lines.filter(line => !line.main);
      const xs = data.lines.flatMap(line => line.points.map(p => p[0]));
      const least = Math.min(1, ...xs);
      const most = Math.max(...xs, least + 0.1);
      const lines = data.lines.map(line => ({
        name: line.name, type: 'line', data: line.points, symbolSize: line.main ? 9 : 7,
        symbol: line.main ? 'circle' : look.symbols[(1 + others.indexOf(line)) % look.symbols.length],
        z: line.main ? 4 : 3,
        lineStyle: {width: line.main ? 2.5 : 1.5, color: line.main ? look.color('merged') : color(look, others.indexOf(line))},
        itemStyle: {color: line.main ? look.color('merged') : color(look, others.indexOf(line))},
      }));
      const references = data.references.map((reference, i) => ({
        name: reference.name, type: 'line', symbol: 'none', z: 2,
        data: [[least, reference.value, reference.name], [most, reference.value, reference.name]],
        lineStyle: {width: 1.5, type: i % 2 ? [3, 3] : [8, 4], color: color(look, others.length + i)},
        itemStyle: {color: color(look, others.length + i)},
      }));
      // The legend is shown whole; how many rows it takes is estimated from its letters.
      const names = [...data.lines].reverse().concat(data.references).map(entry => entry.name);
      const rows = Math.ceil(1.15 * names.reduce((sum, name) => sum + 7 * name.length + 50, 0) / look.width);
      return {
        height: (look.narrow ? 276 : 336) + 24 * rows,
        option: {
          legend: {type: 'plain', data: names},
          grid: {left: 4, right: 20, top: 20 + 24 * rows, bottom: 34, containLabel: true},
          tooltip: {
            trigger: 'item',
            formatter: p => '<b>' + escape(p.value[2]) + '</b><br>' + escape(p.seriesName) + ': ' + percent(p.value[1])
              + '<br>' + p.value[0].toFixed(2) + '×',
          },
          xAxis: {
            type: 'value', min: least, max: most, name: data.axis, nameLocation: 'middle', nameGap: 26,
            nameTextStyle: {color: look.color('soft')}, splitNumber: look.narrow ? 3 : 5,
            axisLabel: {color: look.color('soft'), hideOverlap: true, formatter: v => Number(v.toFixed(2)) + '×'},
            splitLine: {show: false}, axisLine: {lineStyle: {color: look.color('line')}},
          },
          yAxis: {
            type: 'value', scale: true, splitNumber: 5,
            axisLabel: {color: look.color('soft'), formatter: v => Number((100 * v).toFixed(1)) + ' %'},
            splitLine: {lineStyle: {color: look.color('line')}},
          },
          series: [...references, ...lines],
        },
      };
    },
  };
})();
