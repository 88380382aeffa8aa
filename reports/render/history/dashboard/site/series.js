/* Series: all of them as a list, and one with its chart, steps, notes and kernels. */
(function (p) {
	"use strict";
	const LETTERS = ["T", "Q", "M", "P"];

	function drawList(page) {
		const rows = p.data.series.filter(p.filter.series);

		p.add(page, [
			p.el("h1", {}, `Series: ${p.number(rows.length)} of ${p.number(p.data.series.length)}`),
			p.table({
				caption: "Series", rows, order: "name",
				empty: "The filters leave no series.",
				open: (series) => p.address.go(p.address.to("series", series.key)),
				columns: [
					{id: "name", name: "Series", class: "series",
					 sort: (series) => series.caseId + series.metric,
					 cell: (series) => p.seriesName(series)},
					{id: "value", name: "Last figure", number: true,
					 title: "With its 95 % interval; a counted figure is exact",
					 sort: (series) => series.value,
					 cell: (series) => [p.number(series.value), series.low !== series.high
						 ? p.el("small", {}, `${p.number(series.low)} to ${p.number(series.high)}`)
						 : p.el("small", {}, series.exact ? "exact" : "")]},
					{id: "kernel", name: "On kernel", sort: (series) => series.kernel,
					 cell: (series) => p.data.kernels[series.kernel].name},
					{id: "points", name: "Figures", number: true,
					 sort: (series) => series.count, cell: (series) => p.number(series.count)},
					{id: "steps", name: "Steps", number: true,
					 sort: (series) => series.stepCount,
					 cell: (series) => p.number(series.stepCount)},
					{id: "detectable", name: "Detectable", number: true,
					 title: "The smallest step that ten runs before and after it would show; " +
						"counted: the practical minimum",
					 sort: (series) => series.detectable,
					 cell: (series) => p.share(series.detectable)},
					{id: "machine", name: "Machine and kernel options",
					 sort: (series) => series.machine + series.config,
					 cell: (series) => [series.machine, p.el("small", {}, series.config)]},
				],
			}),
		]);
	}

	/* The points of a series, one by one. */
	function unpack(data, runs) {
		const points = [];
		let run = 0;

		data.r.forEach((by, at) => {
			run += by;
			points.push({at, run, of: runs[run], kernel: p.kernelOf(run), value: data.v[at],
				     low: data.l ? data.l[at] : data.v[at],
				     high: data.h ? data.h[at] : data.v[at],
				     boots: data.b.length === 1 ? data.b[0] : data.b[at]});
		});
		return points;
	}

	function readSteps(data, chosen) {
		return data.steps.map(([id, kind, before, at, from, to, percent, low, high, chance, flags,
					state, text]) => ({
			id, drift: kind === 1, before, at, from, to, percent, low, high, chance,
			worse: !!(flags & 1), unclear: !!(flags & 2), state: p.data.states[state], text,
			isChosen: id === chosen,
			label: `${p.percent(percent)}${flags & 2 ? " ?" : flags & 1 ? " !" : " ✓"}`,
		}));
	}

	function levelsOf(steps, points) {
		const jumps = steps.filter((step) => !step.drift);

		if (!jumps.length)
			return [];
		return jumps.map((step, index) => ({from: step.at, value: step.to,
			to: index + 1 < jumps.length ? jumps[index + 1].before : points.length - 1}))
			.concat([{from: 0, to: jumps[0].before, value: jumps[0].from}]);
	}

	function figure(series, point) {
		return `${p.level(point.value, point.low, point.high)} ${series.unit}`;
	}

	function facts(series, point) {
		const pair = (name, value) => [p.el("dt", {}, name), p.el("dd", {}, value)];

		return p.el("dl", {},
			pair("kernel", point.kernel.name), pair("date", p.moment(point.of.started)),
			pair(series.metric, `${p.number(point.value)} ${series.unit}`),
			pair("interval", point.low === point.high
				? series.exact ? "exact" : "none: one figure"
				: `${p.number(point.low)} to ${p.number(point.high)} ${series.unit} (95 %)`),
			pair("boots", p.number(point.boots)),
			pair("run", `${point.of.name}${point.of.interrupted ? ", interrupted" : ""}`));
	}

	function kept(series, point, name) {
		return [p.el("h2", {}, `${name || "Run"} ${point.of.name}`), facts(series, point),
			p.el("p", {}, "Report: ", p.reportLink(point.of)),
			p.el("p", {class: "muted"}, `${point.of.kind}, ${point.of.evidence}, profile ` +
			     `${point.of.profile || "none"}. `, point.of.apparatus.map((text, at) => text
				? `${p.data.apparatus[at]}: ${text}. ` : ""))];
	}

	function readZoom(points) {
		const match = /^(-?[\d.]+)~(-?[\d.]+)$/.exec(p.address.get("zoom") || "");
		const chosen = match ? [Number(match[1]), Number(match[2])] : null;

		return chosen && chosen[1] > chosen[0] && chosen[0] < points.length ? chosen : null;
	}

	function drawChart(place, below, series, points, steps, notes) {
		const starts = points.filter((point, at) => !at || points[at - 1].kernel !== point.kernel)
			.map((point) => point.at);
		const pick = (at) => {
			below.replaceChildren(...kept(series, points[at]));
			p.address.set({at});
		};
		const short = (name) => name.length > 14 ? `${name.slice(0, 13)}…` : name;

		p.chart(place, {
			labels: [series.metric], interval: points.some((point) => point.low !== point.high),
			rows: points.some((point) => point.low !== point.high)
				? points.map((point) => [point.at, [point.low, point.value, point.high]])
				: points.map((point) => [point.at, point.value]),
			isExact: series.exact, starts, unit: `${series.metric}, ${series.unit}`,
			name: (at) => short(points[at].kernel.name),
			words: (at) => `${points[at].kernel.name}: ${figure(series, points[at])}`,
			tip: (at) => [facts(series, points[at])], pick,
			levels: series.exact ? [] : levelsOf(steps, points), steps, notes,
			zoom: readZoom(points),
			zoomed: (from, to) => {
				const isAll = from <= 0.5 && to >= points.length - 1.5;

				p.address.set({zoom: isAll ? null : `${from.toFixed(1)}~${to.toFixed(1)}`});
			},
			description: `${series.metric} of ${series.caseId} over ` +
				`${p.plural(starts.length, "kernel")}; the tables below say the same`,
		});
		const at = Number(p.address.get("at"));
		if (p.address.get("at") !== null && points[at])
			pick(at);
		else
			below.replaceChildren(...kept(series, points[points.length - 1], "Newest run"));
	}

	function stepTable(series, steps, points) {
		return p.table({
			caption: "Steps of the series", class: "narrow", rows: steps, orderName: "steps-sort",
			empty: "No step: nothing moved by what is worth a word.", order: "kernel",
			columns: [
				{id: "kernel", name: "Between kernels", sort: (step) => step.at,
				 cell: (step) => `${points[step.before].kernel.name} → ` +
					 `${points[step.at].kernel.name}${step.drift ? ", in small changes" : ""}`},
				{id: "change", name: "Change", number: true,
				 sort: (step) => step.percent === null ? Infinity : Math.abs(step.percent),
				 cell: (step) => [p.el("b", {}, p.percent(step.percent)), step.low !== step.high
					 ? p.el("small", {}, `${p.signed(step.low)} to ${p.signed(step.high)}`) : null]},
				{id: "levels", name: `From → to, ${series.unit}`, number: true,
				 cell: (step) => `${p.number(step.from)} → ${p.number(step.to)}`},
				{id: "p", name: "p", number: true, sort: (step) => step.chance,
				 cell: (step) => series.exact ? "exact" : p.number(step.chance)},
				{id: "way", name: "For", cell: (step) => step.unclear ? "? unclear"
					: step.worse ? "! worse" : "✓ better"},
				{id: "state", name: "State", sort: (step) => step.state,
				 cell: (step) => [p.el("a", {href: p.address.to("triage", null, {id: step.id})},
						       step.state),
						  step.text ? p.el("small", {}, step.text) : null]},
			],
		});
	}

	function noteTable(notes, points) {
		return p.table({
			caption: "What it was measured with changed", class: "narrow", rows: notes, orderName: "notes-sort",
			empty: "It was measured with the same things throughout.",
			columns: [
				{id: "at", name: "From kernel on", sort: (note) => note.at,
				 cell: (note) => [points[note.at].kernel.name,
						  p.el("small", {}, p.time(points[note.at].of.started))]},
				{id: "what", name: "What", sort: (note) => note.what,
				 cell: (note) => `${note.letter}: ${note.what}`},
				{id: "words", name: "From → to", class: "series",
				 cell: (note) => `${note.from} → ${note.to}`},
				{id: "change", name: "The figure there", number: true,
				 sort: (note) => note.percent, cell: (note) => p.percent(note.percent)},
			],
		});
	}

	function levelTable(series, levels, runs) {
		const mark = {w: " !", b: " ✓", u: " ?", "0": "", ".": ""};
		const change = (percent, kind) => kind === "." ? "none" : `${p.signed(percent)}${mark[kind]}`;

		return p.table({
			caption: "Figures by kernel", class: "narrow", rows: levels, orderName: "kernels-sort", order: "-kernel",
			columns: [
				{id: "kernel", name: "Kernel", sort: (row) => row[0],
				 cell: (row) => p.data.kernels[row[0]].name},
				{id: "value", name: `Figure, ${series.unit}`, number: true, sort: (row) => row[3],
				 cell: (row) => [p.number(row[3]), row[4] !== row[5]
					 ? p.el("small", {}, `${p.number(row[4])} to ${p.number(row[5])}`) : null]},
				{id: "previous", name: "Against previous, %", number: true,
				 sort: (row) => row[7] === "." ? null : row[6], cell: (row) => change(row[6], row[7])},
				{id: "long-term", name: "Against long-term, %", number: true,
				 sort: (row) => row[9] === "." ? null : row[8], cell: (row) => change(row[8], row[9])},
				{id: "runs", name: "Runs", number: true, sort: (row) => row[1],
				 cell: (row) => p.number(row[1])},
				{id: "report", name: "Newest report", cell: (row) => p.reportLink(runs[row[2]])},
			],
		});
	}

	function head(series, data, points) {
		return [
			p.el("p", {class: "back"}, p.el("a", {href: p.address.to("series")}, "All series")),
			p.el("h1", {}, series.benchmark, series.parameters
				? p.el("span", {class: "parameters"}, series.parameters) : null),
			p.el("p", {}, `${series.metric} in ${series.unit}, ${series.evidence}, ` +
			     `${series.higher ? "higher" : "lower"} is better. ` +
			     `${p.plural(data.all, "figure")} on ${series.machine}, kernel options: ` +
			     `${series.config}. ` + (data.all > points.length
				? `For drawing ${p.number(points.length)} of them are kept: the least and the ` +
				  "greatest of every so many, and those at steps. " : "") +
			     (series.exact ? "" : series.detectable === null
				? "How small a step could be seen is not known yet. "
				: `A step of ${p.share(series.detectable)} or more would be seen in ten runs. `),
			     p.el("code", {}, series.key)),
		];
	}

	async function drawOne(page, key) {
		const series = p.data.byKey.get(key);

		if (!series) {
			p.add(page, [p.el("h1", {}, "No such series"), p.el("p", {},
				`The history has no series ${key}. `,
				p.el("a", {href: p.address.to("series")}, "All series"))]);
			return;
		}
		const [data, runs] = await Promise.all([p.load(`series/${key}`), p.load("runs")]);
		const points = unpack(data, runs);
		const steps = readSteps(data, p.address.get("step"));
		const notes = data.notes.map(([at, which, from, to, percent]) => ({
			at, letter: LETTERS[which], what: p.data.apparatus[which], from: data.texts[from],
			to: data.texts[to], percent,
			text: `${p.data.apparatus[which]}: ${data.texts[from]} → ${data.texts[to]}`}));
		const place = p.el("figure", {}), below = p.el("section", {class: "kept", id: "kept"});

		p.add(page, [head(series, data, points), place, p.el("p", {class: "legend"},
			series.exact ? "Line: the exact figure. " : "Line: the figure of each run; band: its " +
			"95 % interval; dashed: the level between steps. ", "Upright lines are steps: ! worse, " +
			"✓ better, ? unclear. Letters are notes: T toolchain, Q QEMU, M machine, P pinbench. " +
			"A click on a point shows its run and the link to its report below."),
			below, p.el("h2", {}, "Steps"), stepTable(series, steps, points),
			p.el("h2", {}, "Notes"), noteTable(notes, points),
			p.el("h2", {}, "By kernel"), levelTable(series, data.levels, runs)]);
		drawChart(place, below, series, points, steps, notes);
	}

	p.pages.series = {
		name: "Series", key: "s",
		draw: (page, key) => key ? drawOne(page, key) : drawList(page),
	};
})(window.pinbench);
