/* The history that the commands share. */
#ifndef PINBENCH_LAB_COMMAND_HISTORY_DB_H
#define PINBENCH_LAB_COMMAND_HISTORY_DB_H

/* Without --db. Beside the results, and as they are from where the command is started. */
#define PB_HISTORY_FILE "results/history.db"

#define PB_HISTORY_ENTRY(path)                                                 \
	{                                                                      \
		"db", 0, 0, G_OPTION_ARG_FILENAME, path,                       \
			"The history's database (" PB_HISTORY_FILE ")", "FILE" \
	}

#endif
