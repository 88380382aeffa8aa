/*
 * The data beside the page. Each file is a script that calls one of the functions here: a page
 * that was opened from a file may read nothing else.
 */
(function (p) {
	"use strict";
	const site = document.documentElement.dataset.site;
	const waiting = new Map();

	/* A promise of what the file @name of data/ says; it is asked for once. */
	p.load = function (name) {
		if (waiting.has(name))
			return waiting.get(name).promise;
		const entry = {};
		entry.promise = new Promise((resolve, reject) => {
			entry.resolve = resolve;
			entry.reject = reject;
		});
		waiting.set(name, entry);
		const script = document.createElement("script");
		script.src = `${site}/data/${name}.js`;
		script.onerror = () => {
			waiting.delete(name);
			entry.reject(new Error(`${site}/data/${name}.js is not there. If the ` +
				"dashboard was made anew since this page was opened, reload it."));
		};
		document.head.append(script);
		return entry.promise;
	};

	function give(name, value) {
		if (waiting.has(name))
			waiting.get(name).resolve(value);
	}

	/* "FAMILY/NAME[backing=anon,page=4k]": the parameters, apart. */
	function parameters(caseId, benchmark) {
		return caseId.startsWith(benchmark) ? caseId.slice(benchmark.length) : caseId;
	}

	function readSeries(row, texts, at) {
		const [key, caseId, benchmark, metric, unit, evidence, machine, config, flags, count,
		       kernel, value, low, high, detectable, pairs, alarms, stepCount] = row;
		const series = {
			at, key, caseId: texts[caseId], benchmark: texts[benchmark],
			metric: texts[metric], unit: texts[unit], evidence: texts[evidence],
			machine: texts[machine], config: texts[config], higher: !!(flags & 1),
			primary: !!(flags & 2), exact: !!(flags & 4), count, kernel, value, low, high,
			detectable, pairs, alarms, stepCount, steps: [],
		};

		series.family = series.benchmark.split("/")[0];
		series.parameters = parameters(series.caseId, series.benchmark);
		series.search = [series.caseId, series.metric, series.unit, series.evidence,
				 series.machine, series.config, key].join(" ").toLowerCase();
		return series;
	}

	function readStep(row, data, texts) {
		const [id, series, kind, beforeRun, afterRun, beforeKernel, afterKernel, since, from,
		       to, percent, low, high, chance, flags, severity, changed, state, text,
		       when] = row;
		const step = {
			id, series: data.series[series], drift: kind === 1, beforeRun, afterRun,
			before: data.kernels[beforeKernel], after: data.kernels[afterKernel], since,
			from, to, percent, low, high, chance, worse: !!(flags & 1),
			unclear: !!(flags & 2), open: !!(flags & 4), severity,
			changed: texts[changed], state: data.states[state], text: texts[text],
			when: texts[when],
		};

		/* From nothing is more than any share. */
		step.size = percent === null ? Infinity : Math.abs(percent);
		step.series.steps.push(step);
		return step;
	}

	function readKernel(row, at) {
		const [name, branch, longTerm, first, end, previous, reference, measured] = row;

		return {at, name, branch, longTerm: !!longTerm, first, end, previous, reference,
			measured};
	}

	p.index = function (data) {
		const texts = data.texts;

		data.kernels = data.kernels.map(readKernel);
		data.series = data.series.map((row, at) => readSeries(row, texts, at));
		data.byKey = new Map(data.series.map((series) => [series.key, series]));
		data.steps = data.steps.map((row) => readStep(row, data, texts));
		data.families = [...new Set(data.series.map((series) => series.family))].sort();
		data.evidence = [...new Set(data.series.map((series) => series.evidence))].sort();
		p.data = data;
		p.start();
	};

	p.heat = (data) => give(`heat/${data.number}`, data);
	p.points = (data) => give(`series/${data.key}`, data);
	p.coverage = (data) => give("coverage", data);
	p.health = (data) => give("health", data);

	function path(parts) {
		return parts.split("/").map(encodeURIComponent).join("/");
	}

	/* Beside the dashboard: from here, so that both may be moved together. */
	function reportAddress(directory, around) {
		const inside = around === "/" ? "/" : `${around}/`;

		if (directory.startsWith(inside))
			return `../${path(directory.slice(inside.length))}/report.html`;
		return `file://${path(directory)}/report.html`;
	}

	p.runs = function (data) {
		const texts = data.texts;

		give("runs", data.runs.map((row) => {
			const [started, evidence, kind, profile, parent, name, flags, ...apparatus] = row;
			const above = texts[parent];
			const directory = above === "/" ? `/${name}` : `${above}/${name}`;

			return {
				started, evidence: texts[evidence], kind: texts[kind],
				profile: texts[profile], directory, name, hasReport: !!(flags & 1),
				interrupted: !!(flags & 2), apparatus: apparatus.map((at) => texts[at]),
				report: reportAddress(directory, data.around),
			};
		}));
	};

	/* The kernel that a run is of. */
	p.kernelOf = function (run) {
		const kernels = p.data.kernels;
		let low = 0, high = kernels.length - 1;

		while (low < high) {
			const middle = (low + high) >> 1;

			if (kernels[middle].end <= run)
				low = middle + 1;
			else
				high = middle;
		}
		return kernels[low];
	};

	/* A link to the report of a run, or why there is none. */
	p.reportLink = function (run) {
		if (run.hasReport)
			return p.el("a", {href: run.report}, run.name);
		return p.el("span", {title: `${run.directory}/report.html was not there when this ` +
					    "page was made"},
			    `${run.name} `, p.el("small", {}, "(report not there)"));
	};
})(window.pinbench);
