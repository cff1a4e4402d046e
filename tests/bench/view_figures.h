// What it costs to choose a view: `apex-figures views`.
#pragma once

int view_figures();
