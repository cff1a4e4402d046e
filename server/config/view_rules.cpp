#include "server/config/view_rules.h"

namespace server {

using dns::Rule;
using dns::Severity;

namespace view_rule {

const Rule client_network_shadowed{
    "client-network-shadowed",
    Severity::warning,
    false,
    "-",
    "nobody of '{}' is answered by view '{}': view '{}' comes first",
    "the first view that matches answers: put the one with the smaller networks first"};
const Rule view_never_chosen{"view-never-chosen",
                             Severity::warning,
                             false,
                             "-",
                             "view '{}' answers nobody: all that match it match a view before it",
                             "put it further up, or remove it"};
const Rule clients_in_no_view{
    "clients-in-no-view",
    Severity::note,
    false,
    "-",
    "who is in none of the views is REFUSED: the view 'default' serves no zone",
    "zones outside of all views are for the others"};

}  // namespace view_rule

std::span<const dns::Rule* const> view_rules() {
    static constexpr const dns::Rule* kRules[] = {&view_rule::client_network_shadowed,
                                                  &view_rule::view_never_chosen,
                                                  &view_rule::clients_in_no_view};
    return kRules;
}

}  // namespace server
