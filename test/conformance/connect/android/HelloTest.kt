// Calls what `bindery connect android` prints, as an app would.
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34])
class HelloTest {
  @Test
  fun hello() = println(hello(RuntimeEnvironment.getApplication()))
}
