// What the configuration says about the server itself, as plain values. What stands here is the
// default; its reason stands in its row (server/config/options.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace server {

enum class Follow : uint8_t { zone, view };
enum class LogForm : uint8_t { logfmt, json };
enum class LogWeight : uint8_t { debug, info, warning, error };

struct ServerOptions {
    std::vector<std::string> listen = {"*"};  // as read_endpoint() takes them
    uint32_t threads = 0;                     // 0: one per usable core
    std::string user;                         // "": whoever starts it
    std::string group;                        // "": the user's own
    std::string state_folder;                 // its path; always set for a file that was read
    bool watch = false;

    std::vector<std::string> allow_query;  // of the default view; networks, empty: everyone
    bool rotate = false;
    bool send_together = true;
    Follow follow = Follow::zone;

    uint32_t udp_size = 1232;
    bool cookies = true;
    std::vector<std::string>
        cookie_secrets;              // 32 hexadecimal digits each, the first makes new ones
    std::string cookie_secret_file;  // its path; such a secret a line
    std::string nsid;                // octets
    std::string version;
    std::string server_id;

    uint32_t tcp_connections = 20'000;
    uint32_t tcp_connections_per_client = 1'000;
    uint32_t tcp_idle_seconds = 10;
    uint32_t tcp_message_seconds = 5;

    // Answers a second to one network; 0: no limit. UINT32_MAX in the special ones: as in the
    // first.
    uint32_t responses_per_second = 0;
    uint32_t nodata_per_second = UINT32_MAX;
    uint32_t nxdomains_per_second = UINT32_MAX;
    uint32_t referrals_per_second = UINT32_MAX;
    uint32_t errors_per_second = UINT32_MAX;
    uint32_t limit_window = 15;
    uint32_t limit_slip = 2;
    uint32_t limit_ipv4_prefix = 24;
    uint32_t limit_ipv6_prefix = 56;
    std::vector<std::string> limit_exempt;  // networks; loopback always is
    bool limit_log_only = false;

    LogWeight log_level = LogWeight::info;
    LogForm log_form = LogForm::logfmt;
    std::string log_file;  // its path; "": standard error
    bool log_queries = false;
    std::string log_queries_file;  // its path; "": where the log is
};

}  // namespace server
