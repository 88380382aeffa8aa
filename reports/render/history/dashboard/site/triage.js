/* Triage: all steps, what was said of them, and the command that says something else. */
(function (p) {
	"use strict";

	/* Which command a row shows stays while other rows are looked at. */
	function command(step) {
		const state = p.el("select", {"aria-label": `New state of ${step.id}`},
			p.data.states.map((name) => p.el("option", {value: name,
				selected: name === (step.state === "new" ? "acknowledged" : step.state)}, name)));
		const text = p.el("input", {type: "text", value: step.text, placeholder: "text",
					    "aria-label": `Text for ${step.id}`});
		const line = p.el("code", {class: "command", tabindex: "0"});
		const show = () => {
			line.textContent = `./run.sh history mark ${step.id} ${state.value}` +
				(text.value.trim() ? ` ${p.shellWord(text.value.trim())}` : "");
		};

		state.addEventListener("change", show);
		text.addEventListener("input", show);
		show();
		return p.el("div", {class: "marking"}, p.el("span", {class: "choose"}, state, text,
			p.el("button", {type: "button", click: () => copy(line)}, "Copy")), line);
	}

	function select(line) {
		const range = document.createRange();

		range.selectNodeContents(line);
		getSelection().removeAllRanges();
		getSelection().addRange(range);
	}

	/* A browser may give pages from files no clipboard: then the line is at least selected. */
	async function copy(line) {
		select(line);
		try {
			await navigator.clipboard.writeText(line.textContent);
			p.say("The command is in the clipboard.");
		} catch (error) {
			p.say(document.execCommand("copy") ? "The command is in the clipboard."
				: "The command is selected; copy it.");
		}
	}

	function kind(step) {
		return step.unclear ? `? unclear: ${step.changed || "something unseen"} changed`
			: step.worse ? "! worse" : "✓ better";
	}

	function chooser(steps, chosen) {
		const count = (state) => steps.filter((step) => !state || step.state === state).length;
		const option = (state, text) => p.el("label", {}, p.el("input", {type: "radio",
			name: "state", value: state, checked: state === chosen, change: () => {
				p.address.set({state: state || null, id: null});
				p.show({keepFocus: true});
			}}), ` ${text} (${p.number(count(state))})`);

		return p.el("fieldset", {class: "switch"}, p.el("legend", {}, "State"),
			    option("", "all"), p.data.states.map((state) => option(state, state)));
	}

	const own = {
		id: {id: "id", name: "Step", cell: (step) => p.el("code", {}, step.id)},
		kind: {id: "for", name: "For", sort: (step) => kind(step), class: "way", cell: kind},
		state: {id: "state", name: "State", sort: (step) => p.data.states.indexOf(step.state),
			cell: (step) => [p.el("span", {class: "state"}, step.state),
					 step.text ? p.el("small", {class: "said"}, step.text) : null,
					 step.when ? p.el("small", {}, step.when.slice(0, 10)) : null]},
		command: {id: "command", name: "Command that changes it", class: "commands", cell: command},
	};

	p.pages.triage = {
		name: "Triage", key: "t",
		draw: function (page) {
			const columns = p.stepColumns;
			const filtered = p.data.steps.filter(p.filter.step);
			const state = p.address.get("state") || "", id = p.address.get("id");
			const rows = filtered.filter((step) => (!state || step.state === state) &&
						     (!id || step.id === id));

			p.add(page, [
				p.el("h1", {}, `Triage: ${p.plural(rows.length, "step")}`),
				chooser(filtered, state),
				id ? p.el("p", {}, `Only step ${id}. `, p.el("a",
					{href: p.address.to("triage")}, "All steps")) : null,
				p.data.steps_all > p.data.steps.length ? p.el("p", {class: "muted"},
					`Of ${p.number(p.data.steps_all)} steps the open and the newest ` +
					`${p.number(p.data.steps.length)} are here; the others are in the ` +
					"pages of their series.") : null,
				p.hidden(p.data.steps.length - filtered.length, "step"),
				p.table({
					caption: "Steps", rows, order: "age", head: 1, class: "triage",
					empty: "No step is in this state.",
					columns: [own.state, columns.series, columns.change, own.kind,
						  columns.kernels, columns.age, own.command],
					open: (step) => p.address.go(p.address.to("series", step.series.key,
										  {step: step.id})),
				}),
			]);
		},
	};
})(window.pinbench);
