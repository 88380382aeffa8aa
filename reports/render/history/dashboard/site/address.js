/*
 * The address says all that is seen: #PAGE, or #series/KEY, then the filters, the order and the
 * zoom. Opening it shows the same again.
 */
(function (p) {
	"use strict";
	/* What stays when another page is opened. */
	const LASTING = ["family", "evidence", "q", "moved", "all"];

	function parse() {
		const [place, query] = location.hash.replace(/^#/, "").split("?");
		const [page, key] = place.split("/");

		return {page: page || "gate", key: key ? decodeURIComponent(key) : null,
			query: new URLSearchParams(query || "")};
	}

	function write(page, key, query) {
		const text = query.toString();

		return `#${page}${key ? `/${encodeURIComponent(key)}` : ""}${text ? `?${text}` : ""}`;
	}

	p.address = {
		now: parse,
		get: (name) => parse().query.get(name),

		/* Of another page, with the filters of this one. */
		to: function (page, key, more) {
			const query = new URLSearchParams(), now = parse().query;

			for (const name of LASTING)
				if (now.get(name))
					query.set(name, now.get(name));
			for (const [name, value] of Object.entries(more || {}))
				query.set(name, value);
			return write(page, key, query);
		},

		/* Changes what is seen on this page; null takes a value out. No step of history. */
		set: function (values) {
			const now = parse();

			for (const [name, value] of Object.entries(values)) {
				if (value === null || value === "" || value === false)
					now.query.delete(name);
				else
					now.query.set(name, value === true ? "1" : value);
			}
			history.replaceState(null, "", write(now.page, now.key, now.query));
		},

		go: function (hash) {
			location.hash = hash;
		},
	};
})(window.pinbench);
