// The text of a configuration as people may be shown it: what keys that end in `secret` or
// `secrets` hold is starred out, octet for octet, so that lines and columns stay what they are.
// It needs no good syntax: errors are shown with the line that they stand in.
#pragma once

#include <memory>
#include <string>

namespace server {

// The same text where there is nothing to hide.
std::shared_ptr<const std::string> masked(std::shared_ptr<const std::string> text);

}  // namespace server
