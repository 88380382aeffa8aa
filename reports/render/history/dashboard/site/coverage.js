/* Coverage: what is not known of a kernel, and why. */
(function (p) {
	"use strict";
	const KINDS = [
		["Failed", "failed", "It was run, and gave no figure.", true],
		["Newly skipped", "newly-skipped", "The last kernel that says of it has a figure.", true],
		["Still skipped", "skipped", "As on the last kernel that says of it, or on the first.", true],
		["Disappeared", "disappeared", "The last kernel that was measured with the same profile " +
		 "has a figure; this one has no word of it.", false],
		["Not run", "not-run", "No word of it here; other kernels have one.", false],
	];

	/* [case, reason] of a kernel and a kind; the filters apply. */
	function entries(data, kernel, at) {
		const list = kernel[2 + at], found = [];
		const width = KINDS[at][3] ? 2 : 1;

		for (let i = 0; i < list.length; i += width) {
			const [id, evidence] = data.cases[list[i]];

			if (p.filter.caseId(id, evidence))
				found.push({id, evidence, reason: width === 2 ? data.reasons[list[i + 1]] : ""});
		}
		return found;
	}

	/* Cases of one reason stand together. */
	function byReason(found) {
		const groups = new Map();

		for (const entry of found)
			groups.set(entry.reason, (groups.get(entry.reason) || []).concat([entry]));
		return [...groups];
	}

	function list(name, meaning, found) {
		if (!found.length)
			return null;
		return p.el("section", {}, p.el("h3", {}, `${name}: ${p.plural(found.length, "case")}`),
			meaning ? p.el("p", {class: "muted"}, meaning) : null,
			byReason(found).map(([reason, group]) => p.el("div", {class: "reason"},
				reason ? p.el("p", {}, p.el("b", {}, reason)) : null,
				p.el("ul", {class: "cases"}, group.map((entry) => p.el("li", {},
					p.el("code", {}, entry.id), p.el("small", {}, ` ${entry.evidence}`)))))));
	}

	function detail(data, kernel) {
		const lists = KINDS.map(([name, , meaning], at) => list(name, meaning, entries(data, kernel, at)));

		return p.el("section", {id: "detail"},
			p.el("h2", {tabindex: "-1"}, `Kernel ${p.data.kernels[kernel[0]].name}`),
			lists.some(Boolean) ? lists : p.el("p", {class: "empty"},
				"Every case that the filters leave has a figure."));
	}

	function choose(kernel) {
		p.address.set({kernel: p.data.kernels[kernel[0]].name});
		p.show({keepFocus: true, focus: "#detail h2"});
	}

	p.pages.coverage = {
		name: "Coverage", key: "c",
		draw: async function (page) {
			const data = await p.load("coverage");
			const onlyMoved = p.address.get("moved") === "1";
			const kernels = data.kernels.filter((kernel) => !onlyMoved ||
				[0, 1, 3].some((at) => entries(data, kernel, at).length));
			const name = p.address.get("kernel");
			const chosen = kernels.find((kernel) => p.data.kernels[kernel[0]].name === name) ||
				kernels[0];

			p.add(page, [
				p.el("h1", {}, "Coverage: what is not known of a kernel"),
				data.kernels.length < p.data.kernels.length ? p.el("p", {class: "muted"},
					`The newest ${p.number(data.kernels.length)} of ` +
					`${p.number(p.data.kernels.length)} kernels.`) : null,
				p.table({
					caption: "Cases by kernel", rows: kernels, order: "-kernel", class: "narrow",
					empty: "No kernel has a failure, a new skip or a loss.", open: choose,
					columns: [
						{id: "kernel", name: "Kernel", sort: (kernel) => kernel[0],
						 cell: (kernel) => p.el("button", {type: "button", class: "link",
							"aria-pressed": String(kernel === chosen), click: () => choose(kernel)},
							p.data.kernels[kernel[0]].name)},
						{id: "measured", name: "Measured, of all cases", number: true,
						 sort: (kernel) => kernel[1], cell: (kernel) => p.number(kernel[1])},
						...KINDS.map(([title, id, meaning], at) => ({
							id, name: title, title: meaning || null, number: true,
							sort: (kernel) => entries(data, kernel, at).length,
							cell: (kernel) => {
								const count = entries(data, kernel, at).length;

								return count ? p.el(at === 2 || at === 4 ? "span" : "b", {}, p.number(count))
									: p.el("span", {class: "muted"}, "0");
							},
						})),
					],
				}),
				chosen ? detail(data, chosen) : null,
			]);
		},
	};
})(window.pinbench);
