/* What is seen: the page that the address names. */
(function (p) {
	"use strict";
	const main = document.getElementById("page");
	let seen = null, drawing = 0;

	function drawPages(now) {
		const open = p.data.steps.filter((step) => step.open).length;

		document.getElementById("pages").replaceChildren(...Object.entries(p.pages)
			.map(([name, page]) => p.el("a", {href: p.address.to(name), title: `g ${page.key}`,
				"aria-current": name === now ? "page" : null},
				page.name, name === "gate" ? ` (${p.number(open)})` : "")));
	}

	function drawFoot() {
		const data = p.data, last = data.kernels[data.kernels.length - 1];

		document.getElementById("foot").replaceChildren(p.el("p", {},
			`${p.plural(data.series.length, "series", "series")}, ${p.plural(data.runs, "run")} of ` +
			`${p.plural(data.kernels.length, "kernel")}${last ? `, the newest ${last.name}` : ""}. ` +
			`Made ${p.moment(data.made)}; ages are of then. Counted and timed figures are never ` +
			"compared with one another."));
	}

	/* Where the focus was, by the way from the page down: what is drawn anew is another element. */
	function focusPath() {
		const at = document.activeElement;

		if (!at || !main.contains(at) || at === main)
			return null;
		if (at.id)
			return `#${CSS.escape(at.id)}`;
		if (at.name && at.value)
			return `[name="${CSS.escape(at.name)}"][value="${CSS.escape(at.value)}"]`;
		return null;
	}

	/*
	 * Draws the page that the address names. Filters draw it again where it stands; a new page
	 * begins at its top, and its heading has the focus.
	 */
	p.show = async function (options) {
		const now = p.address.now(), name = p.pages[now.page] ? now.page : "gate";
		const place = `${name}/${now.key || ""}`, isNew = place !== seen;
		const path = options && (options.focus || (options.keepFocus && focusPath()));
		const turn = ++drawing, page = p.el("div", {}), charts = p.charts;

		p.filter.restore();
		drawPages(name);
		/* What was seen stays until there is something else; charts measure where they are. */
		p.charts = [];
		main.append(page);
		try {
			await p.pages[name].draw(page, now.key);
		} catch (error) {
			page.replaceChildren(p.el("h1", {}, "The page cannot be shown"),
					     p.el("p", {}, error.message));
		}
		charts.forEach(({graph}) => graph.destroy());
		if (turn !== drawing) {
			page.remove();
			return;
		}
		replace(page, isNew);
		finish(name, isNew, path);
		seen = place;
	};

	/* Where it stood sideways it stays. */
	function replace(page, isNew) {
		const scrolled = [...main.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
		const height = main.offsetHeight;

		for (const old of [...main.children])
			if (old !== page)
				old.remove();
		if (isNew)
			return;
		main.style.minHeight = `${Math.min(height, innerHeight)}px`;
		page.querySelectorAll(".scroll").forEach((box, at) => {
			box.scrollLeft = scrolled[at] || 0;
		});
	}

	function finish(name, isNew, path) {
		const heading = main.querySelector("h1");

		document.title = `${heading ? heading.textContent : name} - pinbench history`;
		if (path && main.querySelector(path))
			main.querySelector(path).focus();
		if (isNew && seen !== null) {
			scrollTo(0, 0);
			main.focus({preventScroll: true});
		}
		p.say(heading ? heading.textContent : name);
		document.documentElement.dataset.shown = name;
		if (p.usable === undefined) {
			p.usable = performance.now();
			document.documentElement.dataset.usable = p.usable.toFixed(0);
		}
	}

	function schemeButton() {
		const button = document.getElementById("scheme");
		const words = {auto: "Colours: system", light: "Colours: light", dark: "Colours: dark"};
		const next = {auto: "light", light: "dark", dark: "auto"};

		button.textContent = words[p.scheme.get()];
		button.addEventListener("click", () => {
			p.scheme.set(next[p.scheme.get()]);
			button.textContent = words[p.scheme.get()];
			p.recolour();
		});
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", p.recolour);
	}

	/* Called when the index is there. */
	p.start = function () {
		p.filter.build();
		p.keys();
		schemeButton();
		drawFoot();
		document.getElementById("skip").addEventListener("click", (event) => {
			event.preventDefault();
			main.focus();
		});
		addEventListener("hashchange", () => p.show());
		p.show();
	};
})(window.pinbench);
