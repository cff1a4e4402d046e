#include "server/cli/text_checks.h"

#include "server/answer/network_list.h"
#include "server/net/sockets.h"

namespace server {

TextChecks text_checks() {
    TextChecks checks;
    checks.network = [](std::string_view text) -> dns::Result<void> {
        auto network = read_network(text);
        return network.ok() ? dns::Result<void>() : network.fault();
    };
    checks.endpoint = [](std::string_view text) -> dns::Result<void> {
        std::vector<Endpoint> endpoints;
        return read_endpoint(text, endpoints);
    };
    return checks;
}

}  // namespace server
