/* The filters of all pages: family, evidence, words, and only what moved. */
(function (p) {
	"use strict";
	const form = document.getElementById("filters");
	let words = [], family = "", evidence = "", moved = false, all = false;

	function read() {
		const query = p.address.now().query;

		words = (query.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
		family = query.get("family") || "";
		evidence = query.get("evidence") || "";
		moved = query.get("moved") === "1";
		all = query.get("all") === "1";
	}

	function hasWords(text) {
		return words.every((word) => text.includes(word));
	}

	function isOfKind(series) {
		return (!family || series.family === family) &&
			(!evidence || series.evidence === evidence) && (all || series.primary);
	}

	p.filter = {
		read,
		series: (series) => isOfKind(series) && (!moved || series.stepCount > 0) &&
			hasWords(series.search),
		step: (step) => isOfKind(step.series) &&
			hasWords(`${step.series.search} ${step.id} ${step.text.toLowerCase()} ` +
				 `${step.before.name} ${step.after.name}`),
		/* Of coverage, which knows cases and no series. */
		caseId: (id, kind) => (!family || id.startsWith(`${family}/`)) &&
			(!evidence || kind === evidence) && hasWords(`${id} ${kind}`.toLowerCase()),
		isSet: () => words.length > 0 || !!family || !!evidence || moved,
		clear: () => p.address.set({q: null, family: null, evidence: null, moved: null}),
	};

	function select(id, label, values, empty) {
		const list = p.el("select", {id, name: id});

		list.append(p.el("option", {value: ""}, empty));
		for (const value of values)
			list.append(p.el("option", {value}, value));
		return p.el("label", {}, `${label} `, list);
	}

	function box(id, text, title) {
		return p.el("label", {class: "box", title},
			    p.el("input", {type: "checkbox", id, name: id}), ` ${text}`);
	}

	function changed() {
		p.address.set({
			q: form.elements.q.value.trim(),
			family: form.elements.family.value,
			evidence: form.elements.evidence.value,
			moved: form.elements.moved.checked,
			all: form.elements.all.checked,
		});
		p.show({keepFocus: true});
	}

	/* Typing waits for the next key; a page of ten thousand rows takes longer than one. */
	function typed() {
		clearTimeout(typed.timer);
		typed.timer = setTimeout(changed, 120);
	}

	p.filter.build = function () {
		p.add(form, [
			p.el("label", {class: "search"}, "Search ",
			     p.el("input", {type: "search", id: "q", name: "q", autocomplete: "off",
					    spellcheck: "false", placeholder: "case, metric, machine",
					    "aria-keyshortcuts": "/"})),
			select("family", "Family", p.data.families, "all"),
			select("evidence", "Evidence", p.data.evidence, "all"),
			box("moved", "only what moved", "Series with at least one step"),
			box("all", "exploratory metrics, too",
			    "Metrics that explain others, and open no gate"),
			p.el("button", {type: "button", id: "clear", click: () => {
				p.filter.clear();
				p.show({keepFocus: true});
			}}, "Clear"),
		]);
		form.addEventListener("submit", (event) => event.preventDefault());
		form.elements.q.addEventListener("input", typed);
		for (const name of ["family", "evidence", "moved", "all"])
			form.elements[name].addEventListener("change", changed);
	};

	/* What the address says. */
	p.filter.restore = function () {
		const query = p.address.now().query, fields = form.elements;

		read();
		if (fields.q.value.trim() !== (query.get("q") || ""))
			fields.q.value = query.get("q") || "";
		fields.family.value = family;
		fields.evidence.value = evidence;
		fields.moved.checked = moved;
		fields.all.checked = all;
		fields.clear.disabled = !p.filter.isSet();
	};
})(window.pinbench);
