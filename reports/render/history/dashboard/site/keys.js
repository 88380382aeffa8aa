/* The keyboard, and the page that says what it does. */
(function (p) {
	"use strict";
	const help = document.getElementById("help");
	let waits = 0;

	const KEYS = [
		["/", "to the search"],
		["j, k", "next and previous row"],
		["Enter", "open the row's series, or a kernel's coverage"],
		["g, then " + "a letter", "another page, see below"],
		["d", "colours: as the system, light, dark"],
		["Esc", "leave a field; close this; on a series back to the list"],
		["?", "this"],
	];

	function build() {
		const row = (key, text) => p.el("tr", {}, p.el("th", {scope: "row"}, p.el("kbd", {}, key)),
						p.el("td", {}, text));

		p.add(help, [
			p.el("h2", {id: "help-title"}, "Keys and links"),
			p.el("table", {}, p.el("tbody", {}, KEYS.map(([key, text]) => row(key, text)),
				Object.values(p.pages).map((page) => row(`g ${page.key}`, page.name)))),
			p.el("p", {}, "The address holds the page, the filters, the order, the series and the " +
			     "zoom: a copied link opens what you see. Commands to mark a step are run where " +
			     "the history is; the page shows the change when the dashboard is made again."),
			p.el("p", {}, "Charts: dygraphs 2.2.1, MIT licence, ", p.el("a", {href:
				`${document.documentElement.dataset.site}/dygraph.license.txt`}, "its text"), "."),
			p.el("p", {}, p.el("button", {type: "button", click: () => help.close()}, "Close")),
		]);
	}

	function rows() {
		return [...document.querySelectorAll("#page tr[data-row]")];
	}

	function move(by) {
		const all = rows();
		const at = all.indexOf(document.activeElement.closest("tr[data-row]"));
		const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];

		if (next) {
			next.focus({preventScroll: true});
			next.scrollIntoView({block: "nearest"});
		}
	}

	function go(letter) {
		const page = Object.keys(p.pages).find((name) => p.pages[name].key === letter);

		if (page)
			p.address.go(p.address.to(page));
		return !!page;
	}

	function escape(target) {
		if (target.closest("input, select"))
			target.blur();
		else if (p.address.now().key)
			p.address.go(p.address.to("series"));
		else
			document.getElementById("page").focus();
	}

	function press(key, target) {
		if (Date.now() < waits) {
			waits = 0;
			return go(key);
		}
		if (key === "g")
			waits = Date.now() + 1500;
		else if (key === "/")
			document.getElementById("q").focus();
		else if (key === "j" || key === "k")
			move(key === "j" ? 1 : -1);
		else if (key === "?")
			help.showModal();
		else if (key === "d")
			document.getElementById("scheme").click();
		else if (key === "Enter" && target.open && target.matches("tr"))
			target.open();
		else
			return false;
		return true;
	}

	p.keys = function () {
		build();
		document.getElementById("help-open").addEventListener("click", () => help.showModal());
		document.addEventListener("keydown", (event) => {
			if (event.ctrlKey || event.metaKey || event.altKey || help.open)
				return;
			if (event.key === "Escape") {
				escape(event.target);
				return;
			}
			if (event.target.closest("input, select, textarea"))
				return;
			if (press(event.key, event.target))
				event.preventDefault();
		});
	};
})(window.pinbench);
