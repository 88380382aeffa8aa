/* The colours that were chosen, before anything is drawn in others. */
(function () {
	"use strict";
	const NAME = "pinbench-scheme";

	/* A browser may keep nothing for pages from files. */
	function kept() {
		try {
			return localStorage.getItem(NAME);
		} catch (error) {
			return null;
		}
	}

	function apply(scheme) {
		if (scheme === "light" || scheme === "dark")
			document.documentElement.dataset.scheme = scheme;
		else
			delete document.documentElement.dataset.scheme;
	}

	window.pinbench = {
		scheme: {
			get: () => document.documentElement.dataset.scheme || "auto",
			set: function (scheme) {
				apply(scheme);
				try {
					localStorage.setItem(NAME, scheme);
				} catch (error) {
					/* It is kept until the page is closed. */
				}
			},
		},
	};
	apply(kept());
})();
