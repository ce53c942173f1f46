# shellcheck shell=bash
# A real browser and its driver for the console's tests, and kcat as the foreign Kafka client.

#: browser     Chromium and its driver for the console's tests; prints the line to evaluate
cmd_browser() {
    browser_obtain
    echo "export HOLDFAST_TEST_CHROMEDRIVER=$(command -v chromedriver)"
}

browser_obtain() {
    command -v chromedriver >/dev/null && return
    # Ubuntu's packages of these names bring the snaps.
    local driver
    driver=$(first_candidate chromium-driver chromium-chromedriver)
    case $driver in
    chromium-driver) need_packages "the console's browser tests" chromium chromium-driver ;;
    *) need_packages "the console's browser tests" chromium-browser chromium-chromedriver ;;
    esac
}
