/* The heat map: benchmarks by releases, against the previous one or the last long-term one. */
(function (p) {
	"use strict";
	const MARKS = {w: "!", b: "✓", u: "?", "0": "", ".": ""};
	const WORDS = {w: "worse", b: "better", u: "unclear: something it was measured with changed, too",
		       "0": "within what is no change", ".": "no figure of either kernel"};

	function windows() {
		return Math.ceil((p.data.kernels.length - p.data.shown) / p.data.columns);
	}

	function reference(kernel, longTerm) {
		const at = longTerm ? kernel.reference : kernel.previous;

		return at < 0 ? null : p.data.kernels[at];
	}

	function strength(percent) {
		const size = percent === null ? Infinity : Math.abs(percent);

		return size >= 20 ? 3 : size >= 5 ? 2 : 1;
	}

	function cell(series, kernel, row, at, longTerm) {
		const values = row[0], percents = row[longTerm ? 3 : 1], marks = row[longTerm ? 4 : 2];
		const mark = marks[at], value = values[at];
		const against = reference(kernel, longTerm);

		if (value === undefined)
			return p.el("td", {class: "none", title: `${kernel.name}: not measured`},
				    p.el("span", {class: "unseen"}, "not measured"));
		const title = `${kernel.name}: ${p.number(value)} ${series.unit}` +
			(mark === "." ? against ? `; ${against.name} has no figure` : "; nothing before it"
			 : `; ${p.percent(percents[at])} against ${against.name}, ${WORDS[mark]}`);
		if (mark === ".")
			return p.el("td", {class: "first", title}, "·",
				    p.el("span", {class: "unseen"}, " measured, nothing to hold it against"));
		return p.el("td", {class: mark === "w" || mark === "b"
			? `${mark === "w" ? "worse" : "better"} h${strength(percents[at])}`
			: mark === "u" ? "unclear" : "same", title},
			    p.signed(percents[at]),
			    MARKS[mark] ? p.el("span", {class: "mark", "aria-hidden": "true"},
					       ` ${MARKS[mark]}`) : null,
			    MARKS[mark] ? p.el("span", {class: "unseen"}, ` ${mark === "u" ? "unclear"
				    : WORDS[mark]}`) : null);
	}

	/* Where nothing is worth a word in these columns, "only what moved" leaves the row out. */
	function hasMoved(row, longTerm) {
		return /[wbu]/.test(row[longTerm ? 4 : 2]);
	}

	function bodyRow(series, row, kernels, longTerm) {
		const tr = p.el("tr", {"data-row": true, tabindex: "-1"},
				p.el("th", {scope: "row"}, p.seriesName(series)),
				kernels.map((kernel, at) => cell(series, kernel, row, at, longTerm)));

		tr.open = () => p.address.go(p.address.to("series", series.key));
		tr.addEventListener("click", (event) => {
			if (!event.target.closest("a") && event.target.closest("td"))
				tr.open();
		});
		return tr;
	}

	function heading(kernel, longTerm) {
		const against = reference(kernel, longTerm);

		return p.el("th", {scope: "col", class: "kernel", title: against
			? `${kernel.name} against ${against.name}` : `${kernel.name}: nothing before it`},
			    p.el("span", {}, kernel.name),
			    p.el("small", {}, against ? `vs ${against.name}` : "first"));
	}

	function map(data, longTerm) {
		const kernels = p.data.kernels.slice(data.first, data.end);
		const onlyMoved = p.address.get("moved") === "1";
		const rows = p.data.series.filter((series) => p.filter.series(series) &&
			(!onlyMoved || hasMoved(data.rows[series.at], longTerm)));

		if (!rows.length)
			return p.el("p", {class: "empty"}, "The filters leave no series.");
		return p.el("div", {class: "scroll heat", tabindex: "0", role: "region",
				    "aria-label": "Heat map"},
			p.el("table", {},
			     p.el("caption", {class: "unseen"}, "Change in percent by series and kernel"),
			     p.el("thead", {}, p.el("tr", {},
				p.el("th", {scope: "col", class: "corner"}, p.plural(rows.length, "series", "series")),
				kernels.map((kernel) => heading(kernel, longTerm)))),
			     p.el("tbody", {}, rows.map((series) =>
				     bodyRow(series, data.rows[series.at], kernels, longTerm)))));
	}

	function choice(value, text, chosen) {
		return p.el("label", {}, p.el("input", {type: "radio", name: "ref", value,
			checked: value === chosen, change: () => {
				p.address.set({ref: value === "previous" ? null : value});
				p.show({keepFocus: true});
			}}), ` ${text}`);
	}

	function turn(text, to, isThere) {
		return p.el("button", {type: "button", disabled: !isThere, id: `turn-${text}`, click: () => {
			p.address.set({window: to || null});
			p.show({keepFocus: true});
		}}, text);
	}

	function legend() {
		const sample = (kind, text, meaning) => p.el("span", {class: "sample"},
			p.el("span", {class: `swatch ${kind}`}, text), ` ${meaning}`);

		return p.el("p", {class: "legend"},
			sample("worse h1", "+1.2 !", "worse, below 5 %"),
			sample("worse h2", "+8.1 !", "5 % to 20 %"),
			sample("worse h3", "+31 !", "20 % or more"),
			sample("better h2", "-8.1 ✓", "better, in the same three"),
			sample("unclear", "+4.0 ?", "unclear: the apparatus changed, too"),
			sample("same", "+0.1", "no change worth a word"),
			sample("first", "·", "nothing to hold it against"),
			sample("none", "", "not measured"));
	}

	p.pages.heat = {
		name: "Heat map", key: "m",
		draw: async function (page) {
			const number = Math.max(0, Math.min(windows() - 1, Number(p.address.get("window")) || 0));
			const longTerm = p.address.get("ref") === "long-term";
			const data = windows() > 0 ? await p.load(`heat/${number}`) : null;

			p.add(page, [
				p.el("h1", {}, "Heat map: benchmarks by releases"),
				p.el("fieldset", {class: "switch"}, p.el("legend", {}, "Change in percent against"),
				     choice("previous", "the previous release", longTerm ? "long-term" : "previous"),
				     choice("long-term", "the last long-term release",
					    longTerm ? "long-term" : "previous")),
				!data ? p.el("p", {class: "empty"}, "The history has no kernel.") : null,
				data && windows() > 1 ? p.el("p", {class: "turn"},
					turn("Older", number + 1, number + 1 < windows()),
					turn("Newer", number - 1, number > 0),
					` Kernels ${p.number(data.first + 1)} to ${p.number(data.end)} of ` +
					`${p.number(p.data.kernels.length)}` + (p.data.shown
						? `; those before ${p.data.kernels[p.data.shown].name} are ` +
						  "in the pages of the series." : ".")) : null,
				data ? map(data, longTerm) : null,
				data ? legend() : null,
			]);
			/* The newest kernels, where there is no room for all. */
			if (data && page.querySelector(".heat"))
				page.querySelector(".heat").scrollLeft = page.querySelector(".heat").scrollWidth;
		},
	};
})(window.pinbench);
