'use strict';
// What the charts of a merge's report look like. Colours come from the page's style.
const charts = (() => {
  const percent = value => value == null ? '–' : (100 * value).toFixed(1) + ' %';
  const number = value => value == null || Number.isNaN(value) ? '–' : String(Number(Number(value).toPrecision(3)));
  const seconds = value => value < 60 ? value.toFixed(value < 0.095 ? 3 : 1) + ' s'
    : Math.floor(value / 60) + ' min ' + String(Math.round(value % 60)).padStart(2, '0') + ' s';
  // Beginning and end tell more than the beginning alone: encoder…mlp.0
  const short = (name, length) => name.length <= length ? name
    : name.slice(0, Math.floor(length / 2) - 1) + '…' + name.slice(name.length - Math.ceil(length / 2));
  // What all names begin and end with tells nothing: /encoder/a/MatMul and /encoder/b/MatMul are a and b.
  const places = (names, length) => {
    const split = name => name.split(/(?=[/.])/);
    const all = names.map(split);
    const same = at => all.length > 1 && all.every(parts => at(parts) === at(all[0]));
    const least = Math.min(...all.map(parts => parts.length));
    let first = 0;
    while (first < least - 1 && same(parts => parts[first])) {
      first++;
    }
    let last = 0;
    while (first + last < least - 1 && same(parts => parts[parts.length - 1 - last])) {
      last++;
    }
    return name => {
      const parts = split(name).slice(first);
      return short(parts.slice(0, parts.length - last).join('').slice(first > 0 ? 1 : 0), length);
    };
  };
  const escape = text => echarts.format.encodeHTML(text);

  const values = (look, more) => ({
    type: 'value',
    axisLabel: {color: look.color('soft'), hideOverlap: true, formatter: number},
    splitLine: {lineStyle: {color: look.color('line')}},
    splitNumber: look.narrow ? 3 : 5,
    nameTextStyle: {color: look.color('soft')},
    nameLocation: 'middle',
    ...more,
  });
  const names = (look, data, more) => ({
    type: 'category',
    data,
    axisLine: {lineStyle: {color: look.color('line')}},
    axisTick: {show: false},
    axisLabel: {color: look.color('text'), interval: 0, formatter: places(data, look.narrow ? 16 : 30)},
    ...more,
  });
  const rows = (look, data) => names(look, data, {inverse: true});
  const layers = (look, data) => names(look, data, {
    axisLabel: {
      color: look.color('soft'), rotate: 55, fontSize: 11, interval: every(look, data.length),
      formatter: places(data, 20),
    },
  });
  // Every so many labels, so that slanted ones do not touch.
  const every = (look, count) => Math.ceil(18 * count / Math.max(60, look.width - 70)) - 1;
  const grid = more => ({left: 20, right: 20, top: 36, bottom: 8, containLabel: true, ...more});
  const rowHeight = count => count > 40 ? 18 : 24;
  const box = (look, name, color, data, more) => ({
    name, type: 'boxplot', data, boxWidth: [3, 7],
    itemStyle: {color: look.color(color) + '59', borderColor: look.color(color), borderWidth: 1.3},
    ...more,
  });
  const boxTip = what => ({
    trigger: 'item',
    formatter: p => '<b>' + escape(what[p.dataIndex]) + '</b><br>' + escape(p.seriesName) + '<br>'
      + (p.seriesType !== 'boxplot' ? number(p.value[0])
        : ['least', 'lower quartile', 'median', 'upper quartile', 'greatest']
          .map((label, i) => label + ': ' + number(p.value[i + 1])).join('<br>')),
  });
  const absent = [NaN, NaN, NaN, NaN, NaN];

  return {
    accuracy: (data, look) => ({
      height: 28 * data.networks.length + 44,
      option: {
        grid: grid({top: 4, right: 56}),
        tooltip: {valueFormatter: percent},
        xAxis: values(look, {
          min: 0, max: 1, interval: 0.25, axisLabel: {color: look.color('soft'), formatter: v => 100 * v + ' %'},
        }),
        yAxis: rows(look, data.networks.map(n => n.name)),
        series: [{
          type: 'bar', barMaxWidth: 16,
          data: data.networks.map((n, i) => ({
            value: n.accuracy,
            itemStyle: {color: n.merged ? look.color('merged') : look.series[i % look.series.length]},
          })),
          label: {show: true, position: 'right', color: look.color('text'), formatter: p => percent(p.value)},
        }],
      },
    }),

    classes: (data, look) => ({
      height: rowHeight(data.classes.length) * data.classes.length + 76,
      option: {
        legend: {formatter: name => short(name, 24)},
        grid: grid(),
        tooltip: {trigger: 'axis', axisPointer: {type: 'line'}, valueFormatter: percent},
        xAxis: values(look, {
          max: 1, scale: true, axisLabel: {color: look.color('soft'), formatter: v => Math.round(100 * v) + ' %'},
        }),
        yAxis: {...rows(look, data.classes), splitLine: {show: true, lineStyle: {color: look.color('line')}}},
        series: data.networks.map((n, i) => ({
          name: n.name, type: 'scatter', symbolSize: 10, symbol: look.symbols[i % look.symbols.length], data: n.accuracies,
          encode: {x: 0, y: 1},
          itemStyle: {color: n.merged ? look.color('merged') : look.series[i % look.series.length], opacity: 0.85},
        })).map(series => ({...series, data: series.data.map((v, i) => [v, i])})),
      },
    }),

    similarity: (data, look) => ({
      height: rowHeight(data.groups.length) * data.groups.length + 96,
      option: {
        legend: {},
        grid: grid({bottom: 30}),
        tooltip: boxTip(data.groups),
        xAxis: values(look, {name: data.axis, nameGap: 28, scale: true}),
        yAxis: rows(look, data.groups),
        series: [
          box(look, 'before', 'before', data.before.map(b => b ?? absent)),
          box(look, 'matched', 'after', data.after),
          ...(data.means.some(m => m != null) ? [{
            name: 'before, mean', type: 'scatter', symbol: 'diamond', symbolSize: 9,
            itemStyle: {color: look.color('before')},
            data: data.means.map((m, i) => [m ?? NaN, i]),
          }] : []),
        ],
      },
    }),

    matrix: (data, look) => {
      const side = Math.min(look.width, 440);
      const units = data.values.map((_, i) => String(i * data.block));
      const columns = data.values[0].map((_, i) => String(i * data.block));
      const axis = (title, data) => ({
        type: 'category', data, name: title, nameLocation: 'middle', nameGap: 26,
        nameTextStyle: {color: look.color('soft')}, axisTick: {show: false}, axisLine: {show: false},
        axisLabel: {color: look.color('soft'), fontSize: 11, interval: Math.max(0, Math.ceil(data.length / 6) - 1)},
      });
      return {
        height: side + 36,
        option: {
          grid: {left: 50, right: Math.max(8, look.width - side), top: 4, bottom: 82},
          tooltip: {formatter: p => 'row ' + units[p.value[1]] + ', column ' + columns[p.value[0]] + ': ' + number(p.value[2])},
          xAxis: axis(data.columns, columns),
          yAxis: {...axis(data.rows, units), nameGap: 34, inverse: true},
          visualMap: {
            min: data.min, max: data.max, calculable: false, orient: 'horizontal', left: 46, bottom: 0, itemHeight: 130,
            itemWidth: 12, text: [number(data.max), number(data.min)], textStyle: {color: look.color('text')},
            inRange: {color: ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725']},
          },
          series: [{
            type: 'heatmap', progressive: 0, emphasis: {disabled: true}, itemStyle: {borderWidth: 0},
            data: data.values.flatMap((row, i) => row.map((value, j) => [j, i, value])),
          }],
        },
      };
    },

    widths: (data, look) => ({
      height: look.narrow ? 300 : 340,
      option: {
        legend: {},
        grid: grid({top: 44}),
        tooltip: {trigger: 'axis'},
        xAxis: layers(look, data.layers),
        yAxis: values(look, {name: 'units', nameGap: 44, axisLabel: {color: look.color('soft')}}),
        series: [
          {name: 'each source', type: 'line', step: 'middle', showSymbol: false, data: data.source,
            lineStyle: {color: look.color('before'), width: 2, type: 'dashed'}, itemStyle: {color: look.color('before')}},
          {name: 'merged', type: 'line', step: 'middle', showSymbol: false, data: data.merged,
            lineStyle: {color: look.color('merged'), width: 2.5}, itemStyle: {color: look.color('merged')}},
        ],
      },
    }),

    errors: (data, look) => {
      const found = [...data.before, ...data.after].filter(v => v > 0);
      const log = found.length > 0 && Math.max(...found) / Math.min(...found) > 30;
      const line = (name, color, symbol, values) => ({
        name, type: 'line', symbol, symbolSize: 7, data: values.map(v => log && v <= 0 ? null : v),
        lineStyle: {color: look.color(color), width: 1.5}, itemStyle: {color: look.color(color)},
      });
      return {
        height: look.narrow ? 300 : 340,
        option: {
          legend: {},
          grid: grid({top: 44}),
          tooltip: {trigger: 'axis', valueFormatter: number},
          xAxis: layers(look, data.layers),
          yAxis: values(look, {type: log ? 'log' : 'value', min: log ? undefined : 0}),
          series: [line('before', 'before', 'rect', data.before), line('after', 'after', 'circle', data.after)],
        },
      };
    },

    variance: (data, look) => {
      const least = 1e-3; // Less than a thousandth is as good as nothing, and a logarithm needs more than that.
      const most = Math.max(1, ...[...data.before, ...data.after].filter(b => b).map(b => b[4]));
      const clamp = boxes => boxes.map(b => b ? b.map(v => Math.max(least, v)) : absent);
      return {
        height: rowHeight(data.layers.length) * data.layers.length + 96,
        option: {
          legend: {},
          grid: grid({bottom: 30}),
          tooltip: boxTip(data.layers),
          xAxis: values(look, {type: 'log', name: 'variance, merged over sources', nameGap: 28, scale: true, max: most < 1.5 ? 1.5 : undefined}),
          yAxis: rows(look, data.layers),
          series: [
            ...(data.before.some(b => b) ? [box(look, 'initial weights', 'before', clamp(data.before))] : []),
            box(look, 'result', 'after', clamp(data.after), {
              markLine: {
                silent: true, symbol: 'none', label: {show: false}, data: [{xAxis: 1}],
                lineStyle: {color: look.color('reference'), type: 'solid', width: 1.5},
              },
            }),
          ],
        },
      };
    },

    stages: (data, look) => ({
      height: 26 * data.stages.length + 16,
      option: {
        grid: grid({top: 4, right: 80}),
        tooltip: {valueFormatter: seconds},
        xAxis: values(look, {show: false, min: 0}),
        yAxis: rows(look, data.stages),
        series: [{
          type: 'bar', barMaxWidth: 14, data: data.seconds, itemStyle: {color: look.color('merged')},
          label: {show: true, position: 'right', color: look.color('text'), formatter: p => seconds(p.value)},
        }],
      },
    }),
  };
})();
