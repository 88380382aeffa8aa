/* What all pages are made of: elements, figures and times in words. */
(function (p) {
	"use strict";
	/* By name: {name, key, draw(page)}. */
	p.pages = {};

	/*
	 * An element; children are elements or texts, which are never read as HTML. Attributes
	 * whose value is null or false are left out; a function is a listener.
	 */
	p.el = function (tag, attributes, ...children) {
		const element = document.createElement(tag);

		for (const [name, value] of Object.entries(attributes || {})) {
			if (typeof value === "function")
				element.addEventListener(name, value);
			else if (value !== null && value !== undefined && value !== false)
				element.setAttribute(name, value === true ? "" : value);
		}
		p.add(element, children);
		return element;
	};

	p.add = function (element, children) {
		for (const child of children.flat(3)) {
			if (child === null || child === undefined || child === false)
				continue;
			element.append(child instanceof Node ? child : String(child));
		}
		return element;
	};

	function group(digits) {
		const [whole, rest] = digits.split(".");
		const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");

		return rest === undefined ? grouped : `${grouped}.${rest}`;
	}

	/* At most five significant digits, but a whole number keeps them all. */
	p.number = function (value) {
		if (value === null || value === undefined || !isFinite(value))
			return "none";
		const size = Math.abs(value);
		if (size !== 0 && (size < 1e-5 || size >= 1e15))
			return value.toExponential(4);
		if (Number.isInteger(value))
			return group(String(value));
		const decimals = Math.min(9, Math.max(0, 4 - Math.floor(Math.log10(size))));
		return group(value.toFixed(decimals).replace(/\.?0+$/, ""));
	};

	function decimals(size) {
		return size >= 100 ? 0 : size >= 10 ? 1 : 2;
	}

	/* Signed, without the unit. */
	p.signed = function (value) {
		if (value === null || value === undefined)
			return "from 0";
		const text = value.toFixed(decimals(Math.abs(value)));
		return Number(text) === 0 ? "0" : value > 0 ? `+${text}` : text;
	};

	p.percent = function (value) {
		return value === null ? "from 0" : `${p.signed(value)} %`;
	};

	/* Of what is said to three digits, for more are not known. */
	p.share = function (value) {
		return value === null ? "unknown" : `${Number(value.toPrecision(3))} %`;
	};

	/* "96.1 (95.8 to 96.4)" */
	p.level = function (value, low, high) {
		if (low === high)
			return p.number(value);
		return `${p.number(value)} (${p.number(low)} to ${p.number(high)})`;
	};

	p.plural = function (count, one, many) {
		return `${p.number(count)} ${count === 1 ? one : many || `${one}s`}`;
	};

	p.date = function (seconds) {
		return new Date(seconds * 1000).toISOString().slice(0, 10);
	};

	p.moment = function (seconds) {
		return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
	};

	p.days = function (seconds) {
		return Math.max(0, Math.floor((p.data.made - seconds) / 86400));
	};

	p.age = function (seconds) {
		const days = p.days(seconds);

		return days === 0 ? "today" : p.plural(days, "day");
	};

	p.time = function (seconds) {
		return p.el("time", {datetime: new Date(seconds * 1000).toISOString(),
				     title: p.moment(seconds)}, p.date(seconds));
	};

	/* Says that the filters hide something, if they do. */
	p.hidden = function (count, what) {
		return count ? p.el("p", {class: "muted"}, `The filters hide ${p.plural(count, what)}.`)
			: null;
	};

	/* To those who do not see the page. */
	p.say = function (text) {
		document.getElementById("said").textContent = text;
	};

	p.css = function (name) {
		return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	};

	/* One word of a shell command. */
	p.shellWord = function (text) {
		return `'${text.replace(/[\u0000-\u001f\u007f]+/g, " ").replace(/'/g, "'\\''")}'`;
	};
})(window.pinbench);
