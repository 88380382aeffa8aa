# Cost against a parameter with an order: one line per benchmark.
set xrange [-0.25:C - 0.75]
if (LOG) { set logscale y } else { set yrange [0:*] }
plot for [i = 1:N] $DATA using 0:(column(i + 1)):xtic(1) with linespoints linetype i title TITLES[i]
