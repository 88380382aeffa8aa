/* The history that is meant when none is named; below the working directory, as results are. */
#ifndef PINBENCH_LAB_COMMAND_HISTORY_DB_H
#define PINBENCH_LAB_COMMAND_HISTORY_DB_H

#define PB_HISTORY_FILE "results/history.db"

#endif
