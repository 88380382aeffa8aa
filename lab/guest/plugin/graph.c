/* The call graph: see graph.h. */
#include <stdlib.h>
#include "lab/guest/plugin/graph.h"

#define MOST_FRAMES 512
#define MOST_TASKS  64

struct frame {
	struct node *node;
	uint64_t return_to;
	bool is_tail;  /* came by a jump: returns with the frame below */
	bool is_entry; /* of an interrupt, an exception or a system call */
	/* What an entry broke into, to go on with when it is over. */
	const struct block *before;
	bool is_whole;
};

struct stack {
	uint64_t task; /* 0: not known yet */
	unsigned int age;
	unsigned int depth;
	struct frame frames[MOST_FRAMES];
};

static struct stack measured; /* of the task that the region began in */
static struct stack tasks[MOST_TASKS];
static unsigned int task_count;
static struct stack *current;
static struct stack *switching_to;
static unsigned int age; /* of the region: stacks of an older one are stale */
static int current_region;

static struct node *first, **last = &first;
static struct node *roots;
static int node_count;
struct node *graph_node;

struct node *graph_nodes(void)
{
	return first;
}

static struct node *node_new(struct node *parent, int function)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	n->parent = parent;
	n->region = current_region;
	n->function = function;
	n->id = node_count++;
	*last = n;
	last = &n->next;
	return n;
}

static struct node *enter(struct node **list, struct node *parent, int function)
{
	struct node *n;

	for (n = *list; n; n = n->sibling) {
		if (n->function == function && n->region == current_region)
			break;
	}
	if (!n) {
		n = node_new(parent, function);
		n->sibling = *list;
		*list = n;
	}
	n->calls++;
	return n;
}

static struct node *enter_root(int function)
{
	return enter(&roots, NULL, function);
}

static struct node *enter_child(struct node *parent, int function)
{
	return enter(&parent->children, parent, function);
}

static struct frame *top(void)
{
	return &current->frames[current->depth - 1];
}

/* A stack that is too deep loses its innermost callers' places, not their instructions. */
static struct frame *push(struct node *node, uint64_t return_to)
{
	if (current->depth == MOST_FRAMES)
		current->depth--;
	current->frames[current->depth++] = (struct frame){.node = node, .return_to = return_to};
	return top();
}

static struct stack *find_stack(uint64_t task)
{
	unsigned int known = task_count < MOST_TASKS ? task_count : MOST_TASKS;
	struct stack *s;

	if (measured.task == task)
		return &measured;
	for (unsigned int i = 0; i < known; i++) {
		if (tasks[i].task == task)
			return &tasks[i];
	}
	/* More tasks than there is room for: the one that came first is forgotten. */
	s = &tasks[task_count++ % MOST_TASKS];
	s->task = task;
	s->age = 0;
	return s;
}

void graph_begin(int region, const struct block *block)
{
	age++;
	current_region = region;
	current = &measured;
	switching_to = NULL;
	measured.task = 0;
	measured.age = age;
	measured.depth = 0;
	push(enter_root(block->symbol->function), 0);
	graph_node = top()->node;
}

/* The measured task shows its name when it first goes to sleep. */
void graph_switch_from(uint64_t task)
{
	if (current == &measured)
		measured.task = task;
}

void graph_switch_to(uint64_t task)
{
	switching_to = find_stack(task);
}

static void finish_switch(void)
{
	current = switching_to;
	switching_to = NULL;
	if (current->age == age)
		return;
	current->age = age;
	current->depth = 0;
	push(enter_root(FUNCTION_OTHER_TASK), 0);
}

static bool is_entry(const struct block *before, const struct block *after)
{
	switch (after->symbol->kind) {
	case CODE_FAULT:
	case CODE_EXCEPTION:
	case CODE_INTERRUPT:
	case CODE_INTERRUPTS:
		return before->symbol != after->symbol;
	default:
		return false;
	}
}

static void push_entry(const struct block *before, bool is_whole, const struct block *after)
{
	bool is_interrupt =
		after->symbol->kind == CODE_INTERRUPT || after->symbol->kind == CODE_INTERRUPTS;
	struct node *parent = is_interrupt ? enter_root(FUNCTION_INTERRUPTS) : top()->node;
	struct frame *frame = push(enter_child(parent, after->symbol->function), 0);

	frame->is_entry = true;
	frame->before = before;
	frame->is_whole = is_whole;
	if (is_interrupt)
		frame->node->counts[EVENT_INTERRUPTS]++;
	else if (after->symbol->kind == CODE_FAULT)
		frame->node->counts[EVENT_PAGE_FAULTS]++;
}

/* Takes frames off until @depth are left, and those whose return goes with theirs. */
static void pop_to(unsigned int depth)
{
	while (depth > 1 && depth < MOST_FRAMES && current->frames[depth].is_tail)
		depth--;
	current->depth = depth;
}

/* Is there a caller that waits for this address? Not beyond the entry that came in last. */
static bool pop_return(uint64_t address)
{
	for (unsigned int i = current->depth; i-- > 1 && !current->frames[i].is_entry;) {
		if (current->frames[i].return_to == address) {
			pop_to(i);
			return true;
		}
	}
	return false;
}

/* A jump back into the function that jumped here. */
static bool pop_jump(const struct block *after)
{
	unsigned int i = current->depth - 1;

	if (after->address == after->symbol->start)
		return false;
	while (i > 0 && current->frames[i].is_tail) {
		i--;
		if (current->frames[i].node->function == after->symbol->function) {
			current->depth = i + 1;
			return true;
		}
	}
	return false;
}

static struct node *arrive(const struct block *after)
{
	struct node *node = enter_child(top()->node, after->symbol->function);

	if (after->symbol->kind == CODE_IPI && after->address == after->symbol->start)
		node->counts[EVENT_IPIS]++;
	return node;
}

/* In a function that nobody called: a jump is a call that returns with its caller. */
static void settle_in(const struct block *after)
{
	int function = after->symbol->function;
	struct frame *frame;

	if (top()->node->function == function || pop_jump(after))
		return;
	/* Where a stack is not known from its start, what is on it is not known either. */
	if (current->depth > 1 && current->frames[0].node->function == FUNCTION_OTHER_TASK &&
	    !top()->is_entry && !top()->return_to)
		current->depth--;
	frame = push(arrive(after), top()->return_to);
	frame->is_tail = current->depth > 2 && frame->return_to;
}

static void call(const struct block *before, const struct block *after)
{
	push(arrive(after), before->end);
}

static void call_system(const struct block *after)
{
	push(enter_child(top()->node, after->symbol->function), 0)->is_entry = true;
}

static void step(const struct block *before, bool is_whole, const struct block *after);

static void leave(const struct block *after)
{
	unsigned int i = current->depth;

	while (i-- > 1) {
		struct frame frame = current->frames[i];

		if (!frame.is_entry)
			continue;
		current->depth = i;
		if (frame.before)
			step(frame.before, frame.is_whole, after);
		else
			settle_in(after);
		return;
	}
	settle_in(after);
}

void graph_repeat(const struct block_insn *insn)
{
	struct node *node = top()->node;

	node->counts[EVENT_REP_ITERATIONS]++;
	node->counts[EVENT_LOADS] += insn->kind.loads;
	node->counts[EVENT_STORES] += insn->kind.stores;
	/* No instruction of a program, where its block will have it. */
	node->counts[EVENT_USER_INSNS] -= !(insn->address >> 63);
}

static void follow(const struct block *before, const struct block *after)
{
	switch (before->flow) {
	case FLOW_CALL:
		call(before, after);
		return;
	case FLOW_RETURN:
		if (!pop_return(after->address))
			settle_in(after);
		return;
	case FLOW_SYSCALL:
		call_system(after);
		return;
	case FLOW_LEAVE:
		leave(after);
		return;
	case FLOW_NEXT:
		break;
	}
	if (before->ends_with_rep && after->address == before->insns[before->count - 1].address)
		graph_repeat(&before->insns[before->count - 1]);
	else
		settle_in(after);
}

static void step(const struct block *before, bool is_whole, const struct block *after)
{
	if (is_entry(before, after))
		push_entry(before, is_whole, after);
	else if (is_whole)
		follow(before, after);
	else
		settle_in(after);
}

void graph_step(const struct block *before, bool is_whole, const struct block *after)
{
	if (switching_to)
		finish_switch();
	step(before, is_whole, after);
	graph_node = top()->node;
}
