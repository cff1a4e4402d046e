#include "server/cli/explain_served.h"

#include "server/cli/commands.h"
#include "server/cli/explain.h"
#include "server/cli/explain_json.h"
#include "server/cli/explain_text.h"
#include "server/publish/publisher.h"

namespace server {

ControlReply explain_served(const std::shared_ptr<const Set>& set, const Publisher& publisher,
                            const std::vector<std::string>& words, bool json) {
    ControlReply reply;
    auto call = read_explain_words(words);
    if (!call.ok()) {
        reply.exit_code = kCallAtFault;
        reply.fault = call.fault().sentence;
        reply.hint = call.fault().hint;
        return reply;
    }
    const bool has_key = set->keys != nullptr && call->key &&
                         set->keys->find(*call->key) < set->keys->size();
    if (call->key && !has_key) {
        reply.exit_code = kCallAtFault;
        reply.fault = "the server has no key '" + dns::to_text(*call->key) + "'";
        return reply;
    }
    call->sources_of = [&](const ServedZone& zone) { return publisher.sources_of(zone); };
    // The time counts for cookies only, and none is sent.
    constexpr dns::UnixTime kNoTime = 0;
    reply.text = json ? explain_json(*set, *call, kNoTime) : explain_text(*set, *call, kNoTime);
    return reply;
}

}  // namespace server
