/*
 * A chart of figures in their order, by dygraphs: drag to zoom, hover or arrow keys to read.
 * The horizontal axis counts points, so that kernels are as far apart as they have figures.
 */
(function (p) {
	"use strict";
	const TICK_PIXELS = 92, LABEL_PIXELS = 88, MOST_NOTES = 40, MOST_LABELS = 12;

	/* The first point of each kernel or month, thinned until the names have room. */
	function ticker(starts, name) {
		return function (from, to, pixels) {
			const shown = starts.filter((at) => at >= from - 0.5 && at <= to + 0.5);
			const room = Math.max(1, Math.floor(pixels / TICK_PIXELS));
			const every = Math.max(1, Math.ceil(shown.length / room));
			const ticks = shown.filter((at, index) => index % every === 0);

			if (!ticks.length)
				ticks.push(Math.max(0, Math.ceil(from)));
			return ticks.map((at) => ({v: at, label: name(at)}));
		};
	}

	function drawLevels(context, graph, options) {
		context.save();
		for (const level of options.levels || []) {
			const y = graph.toDomYCoord(level.value);

			/* On a ground of its own, for it lies on the line of the figures. */
			for (const [colour, width, dash] of [["--bg", 4, []], ["--level", 2, [6, 4]]]) {
				context.strokeStyle = p.css(colour);
				context.lineWidth = width;
				context.setLineDash(dash);
				context.beginPath();
				context.moveTo(graph.toDomXCoord(level.from - 0.5), y);
				context.lineTo(graph.toDomXCoord(level.to + 0.5), y);
				context.stroke();
			}
		}
		context.restore();
	}

	function drawSteps(context, area, graph, options) {
		const [from, to] = graph.xAxisRange();
		const seen = (options.steps || []).filter((step) => step.at >= from && step.at <= to);
		let free = -Infinity;

		context.save();
		context.font = "12px system-ui, sans-serif";
		for (const step of seen) {
			const x = graph.toDomXCoord(step.at - 0.5);
			const width = context.measureText(step.label).width;

			context.strokeStyle = context.fillStyle = p.css(
				step.unclear ? "--unclear-line" : step.worse ? "--worse-line" : "--better-line");
			context.lineWidth = step.isChosen ? 3 : 1.5;
			context.beginPath();
			context.moveTo(x, area.y);
			context.lineTo(x, area.y + area.h);
			context.stroke();
			/* A label that would run into the one before is left to the table below. */
			const isRoom = x + 4 + width < area.x + area.w;
			const left = isRoom ? x + 4 : x - 4 - width;
			if (seen.length > MOST_LABELS && left < free)
				continue;
			const row = left < free ? 1 : 0;
			context.fillText(step.label, left, area.y + 12 + 15 * row);
			free = left + width + 8;
		}
		context.restore();
	}

	function annotations(options, label) {
		const notes = options.notes || [];

		return notes.slice(-MOST_NOTES).map((note) => ({
			series: label, x: note.at, shortText: note.letter, text: note.text,
			width: 18, height: 18, cssClass: "note", attachAtBottom: true, tickHeight: 4,
		}));
	}

	function placeTip(tip, box, x, y) {
		const left = x + 14 + tip.offsetWidth > box.clientWidth ? x - 14 - tip.offsetWidth : x + 14;

		tip.style.left = `${Math.max(0, Math.min(left, box.clientWidth - tip.offsetWidth))}px`;
		tip.style.top = `${Math.max(0, y - tip.offsetHeight - 10)}px`;
	}

	function colours() {
		return {colors: [p.css("--line-1"), p.css("--line-2")], gridLineColor: p.css("--line"),
			axisLineColor: p.css("--muted"), rangeSelectorPlotStrokeColor: p.css("--muted"),
			rangeSelectorPlotFillColor: p.css("--panel"),
			rangeSelectorPlotFillGradientColor: p.css("--panel")};
	}

	/* Above the line, which of ten thousand points is a surface. */
	function overlay(options) {
		return function (event) {
			if (event.seriesIndex !== 0)
				return;
			drawLevels(event.drawingContext, event.dygraph, options);
			drawSteps(event.drawingContext, event.plotArea, event.dygraph, options);
		};
	}

	function graphOptions(options, onHover, onLeave) {
		const shown = options.rows.length;
		const starts = options.starts;

		return {
			labels: ["point", ...options.labels], customBars: options.interval,
			legend: "never", animatedZooms: false, stepPlot: options.isExact,
			strokeWidth: shown > 2000 ? 0.5 : 1.5, drawPoints: shown <= 600, pointSize: 2.5, fillAlpha: 0.22,
			highlightCircleSize: 5, yRangePad: 22, xRangePad: 8,
			includeZero: !!options.includeZero, connectSeparatedPoints: true,
			showRangeSelector: shown > 60, rangeSelectorHeight: 36,
			axes: {x: {ticker: ticker(starts, options.name), axisLabelWidth: LABEL_PIXELS,
				   pixelsPerLabel: TICK_PIXELS, drawGrid: shown <= 200},
			       y: {axisLabelFormatter: (value) => p.number(value), axisLabelWidth: 66}},
			plotter: [Dygraph.Plotters.errorPlotter, Dygraph.Plotters.linePlotter,
				  overlay(options)],
			highlightCallback: (event, x, points) => onHover(Math.round(x), points),
			unhighlightCallback: onLeave,
			clickCallback: (event, x) => options.pick && options.pick(Math.round(x)),
			drawCallback: (graph, isFirst) => {
				if (!isFirst && options.zoomed)
					options.zoomed(...graph.xAxisRange());
			},
			dateWindow: options.zoom || null,
			...colours(),
		};
	}

	/* Zooms around the middle, or to where a step is. */
	function controls(graph, options) {
		const last = options.rows.length - 1;
		const zoom = (factor) => {
			const [from, to] = graph.xAxisRange();
			const half = Math.max(2, (to - from) * factor / 2), middle = (from + to) / 2;

			graph.updateOptions({dateWindow: [Math.max(-0.5, middle - half),
							  Math.min(last + 0.5, middle + half)]});
		};
		const move = (share) => {
			const [from, to] = graph.xAxisRange();
			const by = Math.max(-0.5 - from, Math.min(last + 0.5 - to, (to - from) * share));

			graph.updateOptions({dateWindow: [from + by, to + by]});
		};
		const button = (text, label, click) => p.el("button", {type: "button",
			"aria-label": label, title: label, click}, text);

		return p.el("p", {class: "zoom"},
			button("+", "Zoom in", () => zoom(0.5)), button("−", "Zoom out", () => zoom(2)),
			button("←", "Earlier", () => move(-0.5)), button("→", "Later", () => move(0.5)),
			button("All", "The whole range", () => graph.updateOptions({dateWindow: null,
										    valueRange: null})),
			p.el("span", {class: "muted"}, "Drag to zoom, double-click for all. On the chart " +
			     "the arrow keys go from point to point and Enter keeps one below."));
	}

	function listenToKeys(box, graph, options) {
		let at = null;

		box.addEventListener("keydown", (event) => {
			const last = options.rows.length - 1;
			const by = {ArrowLeft: -1, ArrowRight: 1, PageUp: -25, PageDown: 25}[event.key];

			if (by) {
				at = Math.max(0, Math.min(last, at === null ? last : at + by));
				const [from, to] = graph.xAxisRange();
				if (at < from || at > to) {
					const half = (to - from) / 2;
					graph.updateOptions({dateWindow: [at - half, at + half]});
				}
				graph.setSelection(at);
				box.hover(at, graph.selPoints_ || []);
				p.say(options.words(at));
			} else if (event.key === "Enter" && at !== null && options.pick) {
				options.pick(at);
			} else {
				return;
			}
			event.preventDefault();
		});
	}

	/*
	 * options: labels, rows, interval, isExact, starts, name(at), words(at), tip(at), pick(at),
	 * levels, steps, notes, zoom, zoomed(from, to), unit, description.
	 */
	p.chart = function (place, options) {
		const box = p.el("div", {class: "chart", tabindex: "0", role: "img",
					 "aria-label": options.description});
		const tip = p.el("div", {class: "tip", hidden: true});
		const canvas = p.el("div", {class: "canvas"});

		box.append(canvas, tip);
		p.add(place, [p.el("p", {class: "unit"}, options.unit), box]);
		box.hover = (at, points) => {
			tip.hidden = false;
			tip.replaceChildren(...options.tip(at));
			placeTip(tip, box, points.length ? points[0].canvasx : 0,
				 points.length ? points[0].canvasy : 0);
		};
		const graph = new Dygraph(canvas, options.rows, graphOptions(options, box.hover, () => {
			tip.hidden = true;
		}));
		graph.setAnnotations(annotations(options, options.labels[0]));
		place.append(controls(graph, options));
		listenToKeys(box, graph, options);
		p.charts.push({graph, box});
		return graph;
	};

	/* Of the page that is seen. */
	p.charts = [];
	p.recolour = function () {
		for (const {graph} of p.charts)
			graph.updateOptions(colours());
	};
})(window.pinbench);
