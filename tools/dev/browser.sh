# shellcheck shell=bash
# A real browser and its driver for the console's tests, and kcat as the foreign Kafka client.

#: browser     Chromium and its driver for the console's tests; prints the line to evaluate
cmd_browser() {
    browser_obtain
    axe_obtain
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

# The accessibility checker that the console's browser tests run inside every page. Only tests use it.
AXE_VERSION=4.11.0
AXE_SHA256=39bed7d72308f6d620789c169d699bfd7e8da80f65b545821a6b2215c3e83107

axe_obtain() {
    local into="$DEV_CACHE/axe"
    [ -s "$into/axe.min.js" ] && return
    command -v npm >/dev/null || need_packages "the console's accessibility checks" npm
    say "fetching axe-core $AXE_VERSION with npm, into .cache/axe"
    mkdir -p "$into"
    (cd "$into" && npm pack --silent "axe-core@$AXE_VERSION" >&2) ||
        die "npm could not fetch axe-core $AXE_VERSION"
    (cd "$into" && echo "$AXE_SHA256  axe-core-$AXE_VERSION.tgz" | sha256sum --check --quiet --strict >&2) ||
        die "axe-core-$AXE_VERSION.tgz is not the file that was pinned"
    tar -xzf "$into/axe-core-$AXE_VERSION.tgz" -C "$into" --strip-components=1 package/axe.min.js
    rm -f "$into/axe-core-$AXE_VERSION.tgz"
}
