// What a service manager that started us wants to be told (sd_notify(3)): one datagram with lines
// to the socket that NOTIFY_SOCKET names. Without one, nothing happens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace server {

class ServiceManager {
  public:
    // Reads NOTIFY_SOCKET and removes it, so that no child speaks in our name.
    ServiceManager();
    // For tests: this socket, "" for none; "@name" is an abstract one.
    explicit ServiceManager(std::string socket) : socket_(std::move(socket)) {}

    bool there() const { return !socket_.empty(); }
    void ready(std::string_view status) const;
    // Type=notify-reload wants the moment as CLOCK_MONOTONIC knows it.
    void reloading(int64_t steady_ns) const;
    void stopping() const;

  private:
    void tell(std::string_view lines) const;

    std::string socket_;
};

}  // namespace server
