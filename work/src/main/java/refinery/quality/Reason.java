package refinery.quality;

/**
 * Why a verdict is not {@code pass}.
 *
 * @param threshold in words, e.g. {@code below 40 %}
 * @param message all of it in words
 */
public record Reason(
    Verdict level, String measure, double value, String unit, String threshold, String message) {}
