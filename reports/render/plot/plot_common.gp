# What all plots share. Expects: PREFIX, WIDTH, HEIGHT, YLABEL, XLABEL, N (series),
# C (categories), LARGE (values of 10^5 and more), LOG (a logarithmic y axis), TITLES[N] and $DATA, one line per category: "label" y1 .. yN.
# Colours are stand-ins 0x000001 to 0x000008: svg.c turns them into the page's own.
set terminal svg size WIDTH, HEIGHT dynamic name PREFIX font "system-ui,sans-serif,14" noenhanced linewidth 1.2
set datafile missing "NaN"
set encoding utf8
set border 3 linewidth 0.7
set tics nomirror scale 0.5
set grid ytics linetype 1 linecolor rgb "gray" linewidth 0.4
set key below left Left reverse horizontal samplen 3 spacing 1.1
set ylabel YLABEL
set xlabel XLABEL offset 0, 0.4
# Powers of ten need no fraction; steps in between do: 1.0M, 1.2M.
set format y (LARGE ? (LOG ? "%.0s%c" : "%.1s%c") : "%.6g")
do for [i = 1:8] { set linetype i linecolor rgb i dashtype i pointtype i pointsize 0.8 linewidth 1.4 }
set linetype cycle 8
