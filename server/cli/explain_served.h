// `apex ctl explain`, the server's side: the words of a request, asked of the set that is served.
#pragma once

#include "server/control/control_commands.h"

namespace server {

// An ExplainFunction. `words` are operands and options as read_explain_words() takes them.
ControlReply explain_served(const std::shared_ptr<const Set>& set, const Publisher& publisher,
                            const std::vector<std::string>& words, bool json);

}  // namespace server
