// `apex ctl which`: which view answers a client, for which of its networks, and which zones of it
// cover names.
#pragma once

#include "server/control/control_commands.h"

namespace server {

// The operands are an address, names and options: [ADDRESS] [NAME ...] [--destination=ADDRESS]
// [--key=NAME], in any order.
ControlReply which_view(const ControlRequest& request, const Set& set, const Publisher& publisher,
                        const Totals& totals);

}  // namespace server
