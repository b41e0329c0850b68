"""Small pages in the form the ingest stage gives them."""

from textwrap import dedent

EDITOR = dedent(
    """\
    # Contour Editor

    Changes the contour of the selected object. The contour is used when text wraps around it.

    To access this command...

    Choose Format - Wrap - Edit Contour.

    ## Apply

    Applies the contour to the selected object.

    Apply

    ## File name

    Enter a file name or a path for the file.

    Tip

    You can also paste one.

    ## Tolerance

    The Tolerance is a percentage. It says how far colors may differ.
    """
)

LETTER = dedent(
    """\
    # Creating a Form Letter

    A form letter goes to many people. You need an address database before you start.

    # To create a form letter

    1. Choose Tools - Mail Merge Wizard.

    You see the Mail Merge Wizard dialog.

    2. Select Letter and click Next.

    3. Run the program:

    ```
    merge --all
    ```

    4. Click Finish to merge the letters.

    About Fields
    """
)

FUNCTION = dedent(
    """\
    Len Function

    Returns the number of characters in a string.

    Syntax:

    Len (Text As String)

    Return value:

    Long

    Parameters:

    Text: Any string expression.

    Example:

    Sub ExampleLen
    Dim sText as String
        sText = "Las Vegas"

        MsgBox Len(sText) ' 9
    End Sub
    """
)

CATALAN = dedent(
    """\
    # Desa com a

    Desa el document actual en una altra ubicació.

    ## Per crear una carta

    1. Trieu Eines - Carta.

    2. Feu clic a Següent.

    3. Escriviu el nom del fitxer.

    ## Nom del fitxer

    Escriviu el nom del fitxer o el camí complet.

    ## Contrasenya

    La contrasenya és una paraula secreta. Cal tenir-la per obrir el fitxer.

    ## Desa

    Desa el fitxer al disc.
    """
)

PROSE = (
    "The sun rose over the hills and the valley woke. People went to their fields early. "
    "Nobody spoke of the storm that had come in the night."
)
