// Command dist makes the files of a release: make dist.
//
//	go build, for each platform      static, no paths, no build id: the same source and Go release
//	   |                             give the same octets on every machine
//	   +--> atrium_VERSION_OS_ARCH.tar.gz (.zip for Windows): the binary, LICENSE, README, an example of the
//	   |    configuration and, for Linux, the unit of systemd and the sysctl settings
//	   +--> ....cdx.json: which modules are in it (CycloneDX)
//	   v
//	SHA256SUMS
//
// Version, revision and the time that all files in the archives carry are those that
// Go stamps from git: the tag of the commit, or a pseudo-version. make dist-check
// builds two clones in different directories, without a common cache, and compares.
package main
