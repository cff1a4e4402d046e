// The lines of a zone in the form of apex-print(1): canonical order, one record on a line, absolute
// names, the SOA record first and signatures behind what they cover.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "zones/zone.h"

namespace server {

// A name's RRsets in the order of printing.
void sort_for_print(const zones::NodeView& node, std::vector<zones::RrsetView>& out);

void append_record_line(std::string& out, const std::string& owner,
                        const zones::RecordView& record);

// All lines of a zone, made on several threads; `use` gets them in order, some at a time, and says
// whether it wants more.
void make_zone_lines(const zones::Zone& zone, unsigned threads,
                     const std::function<bool(std::string_view)>& use);

}  // namespace server
