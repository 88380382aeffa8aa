/* Tables whose rows can be put in order, and that are wider than the page if they must. */
(function (p) {
	"use strict";
	/* More rows are made when they are asked for. */
	const MOST = 400;

	function compare(a, b) {
		if (typeof a === "number" && typeof b === "number")
			return a - b;
		return String(a).localeCompare(String(b), "en", {numeric: true});
	}

	/* Missing values are last in either order. */
	function inOrder(rows, column, descending) {
		const keyed = rows.map((row) => [column.sort(row), row]);

		keyed.sort(([a], [b]) => {
			const noA = a === null || a === undefined, noB = b === null || b === undefined;

			if (noA || noB)
				return noA - noB;
			return descending ? compare(b, a) : compare(a, b);
		});
		return keyed.map(([, row]) => row);
	}

	function chosenOrder(columns, usual, name) {
		const text = p.address.get(name) || usual || "";
		const descending = text.startsWith("-");
		const column = columns.find((item) => item.sort && item.id === text.replace(/^-/, ""));

		return {column, descending};
	}

	function heading(column, order, name, again) {
		const isChosen = order.column === column;
		const th = p.el("th", {scope: "col", class: column.number ? "num" : null,
				       title: column.title});

		if (!column.sort)
			return p.add(th, [column.name]);
		const next = isChosen ? (order.descending ? "" : "-") : column.number ? "-" : "";
		if (isChosen)
			th.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
		th.append(p.el("button", {type: "button", class: "sort", click: () => {
			p.address.set({[name]: next + column.id});
			again(column.id);
		}}, column.name, p.el("span", {class: "order", "aria-hidden": "true"},
				      isChosen ? (order.descending ? " ▼" : " ▲") : " ↕")));
		return th;
	}

	function bodyRow(columns, row, options) {
		const tr = p.el("tr", {"data-row": true, tabindex: "-1"});

		if (options.open)
			tr.open = () => options.open(row);
		columns.forEach((column, at) => {
			const attributes = {class: [column.number ? "num" : "", column.class || ""]
				.join(" ").trim() || null};

			if (at === (options.head || 0))
				tr.append(p.el("th", {scope: "row", ...attributes}, column.cell(row)));
			else
				tr.append(p.el("td", attributes, column.cell(row)));
		});
		return tr;
	}

	/*
	 * options: caption, columns ({id, name, cell(row), sort(row), number, title, class}), rows,
	 * order ("-id": greatest first), orderName (in the address), head (the column that names
	 * a row), empty (what is said without rows), open(row): what Enter does on a row.
	 */
	p.table = function (options) {
		const place = p.el("div", {class: "scroll", tabindex: "0", role: "region",
					   "aria-label": options.caption});
		const name = options.orderName || "sort";
		let most = MOST;

		function build(focused) {
			const order = chosenOrder(options.columns, options.order, name);
			const rows = order.column
				? inOrder(options.rows, order.column, order.descending) : options.rows;
			const body = p.el("tbody", {}, rows.slice(0, most)
				.map((row) => bodyRow(options.columns, row, options)));
			const table = p.el("table", {class: options.class},
				p.el("caption", {class: "unseen"}, options.caption),
				p.el("thead", {}, p.el("tr", {}, options.columns
					.map((column) => heading(column, order, name, build)))),
				body);

			place.replaceChildren(table);
			if (rows.length > most)
				place.append(p.el("button", {type: "button", class: "more", click: () => {
					most = Infinity;
					build();
				}}, `Show all ${p.number(rows.length)} rows`));
			const index = options.columns.findIndex((column) => column.id === focused);
			if (index >= 0)
				table.tHead.rows[0].cells[index].querySelector("button").focus();
		}

		if (!options.rows.length)
			return p.el("p", {class: "empty"}, options.empty || "Nothing.");
		build();
		return place;
	};

	/* The name of a series as the head of a row: a link to its page. */
	p.seriesName = function (series, more) {
		return [
			p.el("a", {href: p.address.to("series", series.key, more)}, series.benchmark),
			series.parameters ? p.el("span", {class: "parameters"}, series.parameters) : null,
			p.el("span", {class: "metric"}, series.metric,
			     p.el("small", {}, ` ${series.unit}, ${series.evidence}`,
				  p.el("span", {class: "sense"},
				       `, ${series.higher ? "higher" : "lower"} is better`))),
		];
	};
})(window.pinbench);
