package refinery.dashboard;

import org.junit.platform.suite.api.ConfigurationParameter;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * All tests of this package, in one JVM, so that they share {@link DashboardFixture}'s node: first
 * those that need short lists, last those that make long ones.
 */
@Suite
@SelectPackages("refinery.dashboard")
@IncludeClassNamePatterns(".*Test")
@ConfigurationParameter(
    key = "junit.jupiter.testclass.order.default",
    value = "org.junit.jupiter.api.ClassOrderer$OrderAnnotation")
class DashboardTests {}
