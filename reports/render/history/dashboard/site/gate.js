/* The gate: regressions that nobody has settled, by severity and age. */
(function (p) {
	"use strict";
	const SEVERITY = ["minor", "moderate", "severe"];
	const MEANING = ["below 5 %", "5 % to 20 %", "20 % or more"];
	const AGES = [[7, "up to a week"], [30, "up to 30 days"], [Infinity, "older"]];

	p.severity = (step) => SEVERITY[step.severity];

	function ageOf(step) {
		return AGES.findIndex(([most]) => p.days(step.since) <= most);
	}

	function summary(steps) {
		const count = (severity, age) => steps.filter((step) =>
			(severity === null || step.severity === severity) &&
			(age === null || ageOf(step) === age)).length;
		const cells = (severity) => [0, 1, 2, null].map((age) =>
			p.el("td", {class: "num"}, count(severity, age) || "0"));

		return p.el("div", {class: "scroll", tabindex: "0", role: "region",
				    "aria-label": "Open regressions by severity and age"},
			p.el("table", {class: "summary narrow"},
			p.el("caption", {}, "Open regressions by severity and age"),
			p.el("thead", {}, p.el("tr", {},
				p.el("th", {scope: "col"}, "Severity"),
				AGES.map(([, name]) => p.el("th", {scope: "col", class: "num"}, name)),
				p.el("th", {scope: "col", class: "num"}, "all"))),
			p.el("tbody", {}, [2, 1, 0].map((severity) => p.el("tr", {},
				p.el("th", {scope: "row"}, SEVERITY[severity],
				     p.el("small", {}, ` ${MEANING[severity]}`)), cells(severity)))),
			p.el("tfoot", {}, p.el("tr", {}, p.el("th", {scope: "row"}, "all"),
					       cells(null)))));
	}

	p.kernelsOf = function (step) {
		if (step.drift)
			return `${step.before.name} to ${step.after.name}, in small changes`;
		return `${step.before.name} → ${step.after.name}`;
	};

	/* Columns that the gate and the triage list share. */
	p.stepColumns = {
		series: {id: "series", name: "Series", class: "series",
			 sort: (step) => step.series.caseId + step.series.metric,
			 cell: (step) => p.seriesName(step.series, {step: step.id})},
		change: {id: "change", name: "Change", number: true, sort: (step) => step.size,
			 title: "Of the level, with its 95 % interval; a counted change is exact",
			 cell: (step) => [
				 p.el("b", {}, p.percent(step.percent)),
				 step.low !== null && step.low !== step.high
					 ? p.el("small", {}, `${p.signed(step.low)} to ${p.signed(step.high)}`)
					 : p.el("small", {}, step.series.exact ? "exact" : ""),
			 ]},
		levels: {id: "levels", name: "From → to", number: true,
			 cell: (step) => [`${p.number(step.from)} → ${p.number(step.to)}`,
					  p.el("small", {}, step.series.unit)]},
		kernels: {id: "kernel", name: "Between kernels", sort: (step) => step.after.at,
			  cell: (step) => p.kernelsOf(step)},
		age: {id: "age", name: "Age", number: true, sort: (step) => p.data.made - step.since,
		      title: "Since the first run with the new level was measured",
		      cell: (step) => [p.age(step.since), p.el("small", {}, p.time(step.since))]},
	};

	const severity = {
		id: "severity", name: "Severity", number: false,
		sort: (step) => step.severity * 1e9 + Math.min(step.size, 1e8),
		cell: (step) => p.el("span", {class: `severity s${step.severity}`}, p.severity(step)),
	};
	const state = {
		id: "state", name: "State", sort: (step) => p.data.states.indexOf(step.state),
		cell: (step) => [p.el("a", {href: p.address.to("triage", null, {id: step.id})},
				      step.state),
				 step.text ? p.el("small", {}, step.text) : null],
	};

	p.pages.gate = {
		name: "Gate", key: "g",
		draw: function (page) {
			const all = p.data.steps.filter((step) => step.open);
			const seen = all.filter(p.filter.step);
			const columns = p.stepColumns;
			const worst = [...all].sort((a, b) => b.size - a.size)[0];
			const oldest = [...all].sort((a, b) => a.since - b.since)[0];

			p.add(page, [
				p.el("h1", {}, all.length
					? `Gate: ${p.plural(all.length, "open regression")}`
					: "Gate: no open regression"),
				p.el("p", {}, all.length
					? `The largest is ${p.percent(worst.percent)}, in ` +
					  `${worst.series.caseId} since ${worst.after.name}. ` +
					  `The oldest has stood for ${p.age(oldest.since)}.`
					: `${p.plural(p.data.series.length, "series", "series")} over ` +
					  `${p.plural(p.data.kernels.length, "kernel")} hold no step ` +
					  "for the worse of a primary metric that is not settled."),
				summary(seen),
				p.hidden(all.length - seen.length, "open regression"),
				p.table({
					caption: "Open regressions", rows: seen, order: "-severity",
					head: 1, empty: all.length ? "The filters hide all of them."
						: "Nothing is open.",
					columns: [severity, columns.series, columns.change,
						  columns.levels, columns.kernels, columns.age, state],
					open: (step) => p.address.go(p.address.to(
						"series", step.series.key, {step: step.id})),
				}),
				p.el("p", {class: "muted"}, "Open: a step for the worse of a primary " +
				     "metric that is new or acknowledged. Not open: one that is " +
				     "justified, fixed or invalid, and one where the toolchain, QEMU, " +
				     "the machine or pinbench changed as well, which the triage list " +
				     "has as unclear."),
			]);
		},
	};
})(window.pinbench);
