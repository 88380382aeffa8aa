# Cost against a parameter with names: one group of bars per value.
set style data histograms
set style histogram clustered gap 1
set boxwidth 0.9 relative
set xrange [-0.6:C - 0.4]
set yrange [0:*]
if (SLANT) { set xtics rotate by -35 }
# Outlines are not dashed, and the first patterns are those that differ most.
array FILL[8] = [3, 4, 1, 5, 2, 6, 7, 0]
do for [i = 1:8] { set linetype i dashtype solid linewidth 1 }
plot for [i = 1:N] $DATA using (column(i + 1)):xtic(1) linetype i fillstyle pattern FILL[i] border linetype i title TITLES[i]
