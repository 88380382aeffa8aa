/* Health: how far the figures can be trusted. */
(function (p) {
	"use strict";

	function alikeTable(data) {
		return p.table({
			caption: "False alarms between runs of one kernel", rows: data.alike,
			orderName: "alike-sort", class: "narrow",
			columns: [
				{id: "evidence", name: "Evidence", cell: (row) => row[0]},
				{id: "series", name: "Series", number: true, cell: (row) => p.number(row[1])},
				{id: "pairs", name: "Pairs", number: true, cell: (row) => p.number(row[2])},
				{id: "alarms", name: "False alarms", number: true, cell: (row) => p.number(row[3])},
				{id: "rate", name: "Rate (95 % interval)", number: true,
				 cell: (row) => row[4] === null ? "no pair yet"
					 : [p.el("b", {}, p.share(row[4])),
					    p.el("small", {}, `${Number(row[5].toPrecision(3))} to ${p.share(row[6])}`)]},
				{id: "detectable", name: "Detectable, median", number: true,
				 cell: (row) => p.share(row[7])},
			],
		});
	}

	function periodColumns(what) {
		return [
			{id: "name", name: what, sort: (row) => row.at, cell: (row) => row.name},
			{id: "runs", name: "Timed runs", number: true, sort: (row) => row.runs,
			 cell: (row) => p.number(row.runs)},
			{id: "series", name: "Series with five runs", number: true, sort: (row) => row.series,
			 cell: (row) => p.number(row.series)},
			{id: "detectable", name: "Detectable, median", number: true, sort: (row) => row.detectable,
			 cell: (row) => p.share(row.detectable)},
			{id: "worst", name: "nine of ten series", number: true, sort: (row) => row.worst,
			 cell: (row) => p.share(row.worst)},
			{id: "spread", name: "Spread of a run", number: true, sort: (row) => row.spread,
			 title: "Half of the 95 % interval of a run's figure, median over series",
			 cell: (row) => row.spread === null ? "unknown" : `±${p.share(row.spread)}`},
		];
	}

	/* What is unknown is a gap. */
	function drawPeriods(place, rows) {
		p.chart(place, {
			labels: ["median series", "nine of ten series"], interval: false, isExact: false,
			rows: rows.map((row, at) => [at, row.detectable, row.worst]),
			starts: rows.map((row, at) => at), name: (at) => rows[at].name, includeZero: true,
			unit: "smallest step that ten runs before and after it show, %",
			words: (at) => `${rows[at].name}: ${p.share(rows[at].detectable)}`,
			tip: (at) => [p.el("dl", {},
				p.el("dt", {}, "period"), p.el("dd", {}, rows[at].name),
				p.el("dt", {}, "median series"), p.el("dd", {}, p.share(rows[at].detectable)),
				p.el("dt", {}, "nine of ten"), p.el("dd", {}, p.share(rows[at].worst)),
				p.el("dt", {}, "spread"), p.el("dd", {}, p.share(rows[at].spread)))],
			description: "Detectable effect over time; the table below says the same",
		});
		place.append(p.el("p", {class: "legend"}, p.el("span", {class: "key k1"}, "median series"),
				  p.el("span", {class: "key k2"}, "nine of ten series are no worse")));
	}

	function noisy(rows) {
		return p.table({
			caption: "Series by what could be seen in them", rows, orderName: "series-sort",
			order: "-detectable", empty: "The filters leave no series.",
			open: (series) => p.address.go(p.address.to("series", series.key)),
			columns: [
				{id: "name", name: "Series", class: "series", sort: (series) => series.caseId,
				 cell: (series) => p.seriesName(series)},
				{id: "detectable", name: "Detectable", number: true,
				 sort: (series) => series.detectable, cell: (series) => p.share(series.detectable)},
				{id: "pairs", name: "Pairs of one kernel", number: true,
				 sort: (series) => series.pairs, cell: (series) => p.number(series.pairs)},
				{id: "alarms", name: "False alarms", number: true,
				 sort: (series) => series.alarms, cell: (series) => p.number(series.alarms)},
			],
		});
	}

	p.pages.health = {
		name: "Health", key: "h",
		draw: async function (page) {
			const data = await p.load("health");
			const by = p.address.get("by") === "month" ? "month" : "release";
			const rows = (by === "month" ? data.months : data.releases)
				.map(([name, runs, series, detectable, worst, spread], at) =>
					({at, name, runs, series, detectable, worst, spread}));
			const known = rows.filter((row) => row.detectable !== null);
			const place = p.el("figure", {});
			const choice = (value, text) => p.el("label", {}, p.el("input", {type: "radio", name: "by",
				value, checked: value === by, change: () => {
					p.address.set({by: value === "release" ? null : value});
					p.show({keepFocus: true});
				}}), ` ${text}`);

			p.add(page, [
				p.el("h1", {}, "Health: how far the figures can be trusted"),
				p.el("h2", {}, "A/A: false alarms"),
				p.el("p", {}, "Two runs of one kernel that lie side by side and were measured with " +
				     "the same things differ by nothing of the kernel's. A false alarm is a pair " +
				     "that differs by what would be worth a verdict, its intervals apart."),
				alikeTable(data),
				p.el("h2", {}, "Detectable effect and spread over time, timed"),
				p.el("fieldset", {class: "switch"}, p.el("legend", {}, "By"),
				     choice("release", "kernel"), choice("month", "month")),
				known.length > 1 ? place : p.el("p", {class: "empty"},
					"A chart needs two periods in which a series was timed five times or more."),
				p.table({caption: "Detectable effect and spread", rows, order: "-name",
					 orderName: "period-sort", class: "narrow",
					 columns: periodColumns(by === "month" ? "Month" : "Kernel"),
					 empty: "There is no timed run."}),
				p.el("h2", {}, "By series"),
				noisy(p.data.series.filter(p.filter.series)),
			]);
			if (known.length > 1)
				drawPeriods(place, known);
		},
	};
})(window.pinbench);
